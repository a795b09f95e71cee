#include "mammo/app/film_stages.hpp"

#include "app/input_guard.hpp"
#include "app/stopwatch.hpp"
#include "mammo/app/sha256.hpp"
#include "mammo/core/file.hpp"

#include <utility>

namespace mammo::app {

GuardInputs::GuardInputs(const std::vector<InputFile>& inputs, Results results)
    : inputs_(std::make_shared<const InputGuard>(inputs)), results_(std::move(results)) {}

FilmTask GuardInputs::operator()(FilmTask task) const {
  for (const std::filesystem::path& result : results_(task.stem)) inputs_->check(result);
  return task;
}

OpenedFilm OpenFilm::operator()(FilmTask task) const {
  std::vector<StageTime> times;
  Stopwatch watch(times);
  // One mapping for both, so that the hash is that of the very bytes that were read.
  const MappedFile file(task.input.path);
  OpenedFilm opened;
  opened.task = std::move(task);
  opened.film = image::decode_film(file.bytes(), opened.task.input.path.string(), options);
  opened.sha256 = sha256(file.bytes());
  watch.lap("read");
  opened.read_milliseconds = times.front().milliseconds;
  return opened;
}

AnalyzedFilm AnalyzeFilm::operator()(OpenedFilm film) const {
  Analysis analysis = analyzer->analyze(film.film, options);
  analysis.times.insert(analysis.times.begin(), {"read", film.read_milliseconds});
  analysis.image.path = film.task.input.path.string();
  analysis.image.sha256 = std::move(film.sha256);
  return {std::move(film.task), std::move(analysis)};
}

AnalyzedFilm WriteFilm::operator()(AnalyzedFilm film) const {
  write_results(film.analysis, film.task.stem, options);
  return film;
}

} // namespace mammo::app
