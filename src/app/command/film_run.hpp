#pragma once

#include "app/command/console.hpp"
#include "app/command/exit_code.hpp"
#include "app/command/interrupt.hpp"
#include "app/input_guard.hpp"
#include "mammo/app/film_stages.hpp"
#include "mammo/app/inputs.hpp"
#include "mammo/pipeline/stream.hpp"

#include <cstddef>
#include <filesystem>
#include <optional>
#include <string>
#include <vector>

namespace mammo::app {

/// The films that a command was given, taken through its pipeline one after the other: the loop of analyze,
/// saliency and preprocess. What one film throws ends that film alone; an interrupt drops the film at hand.
class FilmRun {
 public:
  /// Collects the inputs, and says which of them are refused or skipped.
  explicit FilmRun(const std::vector<std::string>& arguments);

  const std::vector<InputFile>& images() const { return inputs_.images; }
  std::size_t skipped() const { return inputs_.skipped.size(); }
  Console& console() { return console_; }

  /// `pipeline`: FilmTask to the line, without the film's name, that says how it went.
  template <class Pipeline>
  void go(const std::filesystem::path& output, const Pipeline& pipeline) {
    pipeline::stream(pipeline::from(Tasks(*this, output)) | pipeline,
                     [this](const pipeline::Outcome<std::string>& film) { ended(film); },
                     {.workers = 1, .in_flight = 1, .stop = [] { return InterruptWatch::received() != 0; }});
  }

  std::size_t done() const { return done_; }
  std::size_t failed() const { return failed_ + inputs_.refused.size(); }
  ExitCode exit_code() const;

 private:
  /// Gives the films, and names the one at hand.
  class Tasks {
   public:
    Tasks(FilmRun& run, const std::filesystem::path& output);
    std::optional<FilmTask> next();

   private:
    FilmRun* run_;
    std::filesystem::path output_;
    std::vector<std::filesystem::path> stems_;
    std::size_t at_ = 0;
  };

  void ended(const pipeline::Outcome<std::string>& film);

  Inputs inputs_;
  Console console_;
  std::size_t done_ = 0;
  std::size_t failed_ = 0;
};

} // namespace mammo::app
