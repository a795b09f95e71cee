#pragma once

#include "mammo/app/film_stages.hpp"
#include "mammo/app/preprocess_files.hpp"
#include "mammo/app/saliency.hpp"
#include "mammo/app/saliency_files.hpp"
#include "mammo/pipeline/describe.hpp"
#include "mammo/pipeline/stage.hpp"

#include <string>
#include <string_view>
#include <vector>

namespace mammo::app {

/// `mammo analyze` and `mammo batch`: FilmTask to AnalyzedFilm, its results written.
inline auto analysis_pipeline(const Analyzer* analyzer, const FileOptions& file, const ResultOptions& results,
                              const std::vector<InputFile>& inputs) {
  using pipeline::named;
  const auto files_of = [](const std::filesystem::path& stem) {
    const ResultPaths paths(stem);
    return std::vector{paths.report, paths.overlay, paths.preprocessed};
  };
  return named<"guard">(GuardInputs(inputs, files_of)) | named<"read">(OpenFilm{file.read}) |
         named<"analyze">(AnalyzeFilm{analyzer, file.analysis}) | named<"write">(WriteFilm{results});
}

struct ExplainedFilm {
  FilmTask task;
  Saliency saliency;
};

/// `mammo saliency`: FilmTask to Saliency, its results written.
inline auto saliency_pipeline(const Analyzer* analyzer, const FileOptions& file,
                              const SaliencyOptions& options, bool full_size,
                              const std::vector<InputFile>& inputs) {
  using pipeline::named;
  const auto files_of = [](const std::filesystem::path& stem) {
    const SaliencyPaths paths(stem);
    return std::vector{paths.report, paths.picture, paths.map};
  };
  return named<"guard">(GuardInputs(inputs, files_of)) | named<"read">(OpenFilm{file.read}) |
         named<"analyze">(AnalyzeFilm{analyzer, file.analysis}) |
         named<"explain">([analyzer, options](AnalyzedFilm film) {
           return ExplainedFilm{std::move(film.task),
                                explain_detection(*analyzer, std::move(film.analysis), options)};
         }) |
         named<"write">([full_size](ExplainedFilm film) {
           write_saliency(film.saliency, film.task.stem, full_size);
           return std::move(film.saliency);
         });
}

/// `mammo preprocess`: FilmTask to the last picture's shape, its results written.
inline auto preprocessing_pipeline(const PreprocessOptions& options, const std::vector<InputFile>& inputs) {
  using pipeline::named;
  const auto files_of = [steps = options.steps](const std::filesystem::path& stem) {
    return PreprocessPaths(stem, steps).all();
  };
  return named<"guard">(GuardInputs(inputs, files_of)) | named<"preprocess">([options](const FilmTask& task) {
           return preprocess_film(task.input.path, task.stem, options);
         });
}

/// A pipeline that comes with the program, for `mammo pipelines`.
struct BuiltInPipeline {
  std::string_view name;
  std::string_view purpose;
  pipeline::Description description;
};

std::vector<BuiltInPipeline> built_in_pipelines();

} // namespace mammo::app
