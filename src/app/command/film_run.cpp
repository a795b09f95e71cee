#include "app/command/film_run.hpp"

namespace mammo::app {

FilmRun::FilmRun(const std::vector<std::string>& arguments)
    : inputs_(collect_inputs(arguments)), console_(inputs_.images.size()) {
  for (const Refusal& refusal : inputs_.refused) console_.complain(refusal.name + ": " + refusal.reason);
  for (const Refusal& other : inputs_.skipped) console_.print("skipped " + other.name + ": " + other.reason);
}

ExitCode FilmRun::exit_code() const {
  if (done_ == 0) return ExitCode::nothing;
  return failed() == 0 ? ExitCode::done : ExitCode::partial;
}

void FilmRun::ended(const pipeline::Outcome<std::string>& film) {
  const std::filesystem::path& path = inputs_.images[film.index()].path;
  if (film) {
    console_.print(path.string() + ": " + film.value());
    ++done_;
  } else {
    console_.complain(path.string() + ": " + reason_of(film.error().exception, path));
    ++failed_;
  }
  console_.ended();
}

FilmRun::Tasks::Tasks(FilmRun& run, const std::filesystem::path& output)
    : run_(&run), output_(output), stems_(output_stems(run.images())) {}

std::optional<FilmTask> FilmRun::Tasks::next() {
  if (at_ == stems_.size()) return std::nullopt;
  const InputFile& image = run_->images()[at_];
  run_->console_.started(image.path.string());
  return FilmTask{.input = image, .stem = output_ / stems_[at_++], .begun = std::chrono::steady_clock::now()};
}

} // namespace mammo::app
