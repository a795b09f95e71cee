#pragma once

#include "mammo/app/analyzer.hpp"
#include "mammo/app/inputs.hpp"
#include "mammo/app/results.hpp"
#include "mammo/image/film.hpp"
#include "mammo/image/read.hpp"

#include <chrono>
#include <filesystem>
#include <functional>
#include <memory>
#include <ostream>
#include <string>
#include <vector>

// The stages that the commands' pipelines are made of (film_pipelines.hpp): plain callables, which can be
// called by hand and put into pipelines of one's own.

namespace mammo::app {

/// A film to do, and what its results are called.
struct FilmTask {
  InputFile input;
  std::filesystem::path stem = {}; ///< in the output folder
  std::chrono::steady_clock::time_point begun = {};

  friend std::ostream& operator<<(std::ostream& out, const FilmTask& task) {
    return out << task.input.path.string();
  }
};

/// Lets a task pass whose results replace no input of the run; throws FileError else.
class GuardInputs {
 public:
  using Results = std::function<std::vector<std::filesystem::path>(const std::filesystem::path& stem)>;

  /// `results` names the files that a film gives.
  GuardInputs(const std::vector<InputFile>& inputs, Results results);
  FilmTask operator()(FilmTask task) const;

 private:
  std::shared_ptr<const class InputGuard> inputs_;
  Results results_;
};

struct OpenedFilm {
  FilmTask task;
  image::Film film;
  std::string sha256;           ///< of the bytes that were decoded
  double read_milliseconds = 0; ///< wall time
};

/// Reads, decodes and hashes. Throws FileError.
struct OpenFilm {
  image::ReadOptions options = {};
  OpenedFilm operator()(FilmTask task) const;
};

struct AnalyzedFilm {
  FilmTask task;
  Analysis analysis;
};

/// Throws what Analyzer::analyze throws. The analyzer must outlive the stage.
struct AnalyzeFilm {
  const Analyzer* analyzer = nullptr;
  AnalysisOptions options = {};
  AnalyzedFilm operator()(OpenedFilm film) const;
};

/// Draws the overlay and writes a film's three files (results.hpp). Throws FileError.
struct WriteFilm {
  ResultOptions options = {};
  AnalyzedFilm operator()(AnalyzedFilm film) const;
};

} // namespace mammo::app
