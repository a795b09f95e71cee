#include "mammo/app/batch.hpp"

#include "app/input_guard.hpp"
#include "app/own_results.hpp"
#include "mammo/app/film_pipelines.hpp"
#include "mammo/app/manifest.hpp"
#include "mammo/app/printable.hpp"
#include "mammo/core/error.hpp"
#include "mammo/core/threads.hpp"
#include "mammo/pipeline/stream.hpp"

#include <algorithm>
#include <cerrno>
#include <optional>
#include <system_error>
#include <utility>

#include <fcntl.h>
#include <sys/file.h>
#include <unistd.h>

namespace mammo::app {
namespace {

namespace fs = std::filesystem;

/// Keeps other batches out of an output folder. The system lets go of it when the process ends, however it
/// does.
class FolderLock {
 public:
  explicit FolderLock(const fs::path& folder)
      : descriptor_(::open(folder.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC)) {
    const bool is_free = descriptor_ >= 0 && ::flock(descriptor_, LOCK_EX | LOCK_NB) == 0;
    if (is_free) return;
    const std::string reason =
        errno == EWOULDBLOCK ? "another batch is writing here" : std::generic_category().message(errno);
    if (descriptor_ >= 0) ::close(descriptor_);
    throw FileError(folder.string(), reason);
  }
  ~FolderLock() { ::close(descriptor_); }
  FolderLock(const FolderLock&) = delete;
  FolderLock& operator=(const FolderLock&) = delete;

 private:
  int descriptor_;
};

/// Takes away what a killed run left half written.
void sweep_temporaries(const fs::path& folder) {
  std::error_code error;
  std::vector<fs::path> left;
  for (fs::recursive_directory_iterator it(folder, error), end; !error && it != end; it.increment(error)) {
    if (is_temporary(it->path().filename().string())) left.push_back(it->path());
  }
  for (const fs::path& path : left) fs::remove(path, error);
}

std::string text_of(const image::VoiChoice& voi) {
  using Kind = image::VoiChoice::Kind;
  if (voi.kind == Kind::automatic) return "automatic";
  if (voi.kind == Kind::full) return "full";
  const char* kind = voi.kind == Kind::lut ? "lut:" : "window:";
  return voi.explanation.empty() ? concat(kind, voi.number) : kind + voi.explanation;
}

/// The models with their bytes: two of one name and version may have other weights.
std::string text_of(const std::vector<ModelRecord>& models) {
  std::string text;
  for (const ModelRecord& model : models) {
    text += concat(", ", model.task, " by ", model.name, ' ', model.version, " (",
                   model.weights_sha256.substr(0, 12), ", ", model.config_sha256.substr(0, 12), ')');
  }
  return text;
}

std::string settings_of(const Analyzer& analyzer, const FilmBatchOptions& options) {
  const AnalysisOptions& analysis = options.file.analysis;
  const ExecutionOptions& execution = analyzer.execution();
  return concat("threshold ", analysis.threshold,
                analysis.prevalence ? concat(", prevalence ", *analysis.prevalence) : "", ", voi ",
                text_of(analysis.voi), text_of(analyzer.models()), ", backend ", execution.backend,
                execution.strict ? " strict" : "", options.results.full_size ? ", full size" : "",
                options.file.read.accept_any_modality ? ", any modality" : "");
}

fs::path report_of(const fs::path& output, const ManifestItem& item) {
  return ResultPaths(output / item.stem).report;
}

/// A manifest is JSON, and so UTF-8: another path would not come back from it as it was.
void refuse_other_than_utf8(Inputs& inputs) {
  const auto others = std::ranges::stable_partition(
      inputs.images, [](const InputFile& image) { return is_utf8(image.path.string()); });
  for (const InputFile& image : others) {
    inputs.refused.push_back(
        {image.path.string(), "its path is not UTF-8, as that of a batch's film has to be"});
  }
  inputs.images.erase(others.begin(), others.end());
}

/// A run from the start: reports of earlier ones must not be taken for its own.
Manifest begin(const FilmBatchOptions& options, std::string settings, const FilmBatchCalls& calls) {
  Inputs inputs = collect_inputs({options.input.string()});
  refuse_other_than_utf8(inputs);
  if (inputs.images.empty()) {
    throw FileError(inputs.refused.empty() ? options.input.string() : inputs.refused.front().name,
                    inputs.refused.empty() ? "no images to analyse" : inputs.refused.front().reason);
  }
  for (const Refusal& refusal : inputs.refused) {
    if (calls.refused) calls.refused(refusal);
  }
  Manifest manifest{.input = options.input.string(), .settings = std::move(settings), .items = {}};
  const std::vector<fs::path> stems = output_stems(inputs.images);
  for (std::size_t i = 0; i < stems.size(); ++i) {
    manifest.items.push_back({.input = inputs.images[i], .stem = stems[i], .reason = {}});
  }
  const fs::path path = options.output / "manifest.jsonl";
  std::error_code none;
  fs::remove(path, none);
  const InputGuard guard(inputs.images);
  for (const ManifestItem& item : manifest.items) {
    guard.check(report_of(options.output, item));
    fs::remove(report_of(options.output, item), none);
  }
  write_manifest(path, manifest);
  return manifest;
}

std::optional<Manifest> manifest_to_resume(const FilmBatchOptions& options, const std::string& settings) {
  auto manifest = read_manifest(options.output / "manifest.jsonl");
  if (!manifest) return std::nullopt;
  require<ArgumentError>(manifest->input == options.input.string(), "--resume: the run in ", options.output,
                         " is of ", manifest->input, ", not of ", options.input.string());
  require<ArgumentError>(manifest->settings == settings, "--resume: the run in ", options.output, " had (",
                         manifest->settings, "), now it is (", settings, ")");
  return manifest;
}

/// The films without a report.
class FilmsToDo {
 public:
  FilmsToDo(const Manifest& manifest, const fs::path& output) {
    std::error_code error;
    for (std::size_t i = 0; i < manifest.items.size(); ++i) {
      const ManifestItem& item = manifest.items[i];
      if (!fs::exists(report_of(output, item), error))
        items_.push_back({i, {item.input, output / item.stem}});
    }
  }

  std::size_t count() const { return items_.size(); }
  /// In the manifest.
  std::size_t place_of(std::uint64_t index) const { return items_[static_cast<std::size_t>(index)].first; }
  const std::vector<std::pair<std::size_t, FilmTask>>& items() const { return items_; }

 private:
  std::vector<std::pair<std::size_t, FilmTask>> items_; // with their places in the manifest
};

pipeline::StreamReport work_through(const Analyzer& analyzer, const FilmBatchOptions& options,
                                    const FilmBatchCalls& calls, const FilmsToDo& films, Manifest& manifest) {
  std::vector<InputFile> inputs;
  for (const ManifestItem& item : manifest.items) inputs.push_back(item.input);
  const int jobs = options.jobs > 0 ? options.jobs : thread_count();
  std::size_t next = 0;
  const auto tasks = [&]() -> std::optional<FilmTask> {
    if (next == films.count()) return std::nullopt;
    const FilmTask& task = films.items()[next++].second;
    if (calls.started) calls.started(task.input.path);
    return task;
  };
  const auto ended = [&](const pipeline::Outcome<AnalyzedFilm>& film) {
    ManifestItem& item = manifest.items[films.place_of(film.index())];
    item.reason = film ? std::string() : reason_of(film.error().exception, item.input.path);
    if (calls.ended) calls.ended(item.input.path, item.reason);
  };
  return pipeline::stream(
      pipeline::from(tasks) | analysis_pipeline(&analyzer, options.file, options.results, inputs), ended,
      {.workers = jobs, .in_flight = static_cast<std::size_t>(jobs), .ordered = false, .stop = calls.stop});
}

} // namespace

FilmBatchReport run_batch(const Analyzer& analyzer, const FilmBatchOptions& options,
                          const FilmBatchCalls& calls) {
  require<ArgumentError>(options.jobs >= 0 && options.jobs <= 1024, "jobs ", options.jobs,
                         ", expected 0 to 1024");
  const FolderLock lock(options.output);
  sweep_temporaries(options.output);
  const std::string settings = settings_of(analyzer, options);
  std::optional<Manifest> kept;
  if (options.resume) kept = manifest_to_resume(options, settings);
  Manifest manifest = kept ? *std::move(kept) : begin(options, settings, calls);

  const FilmsToDo films(manifest, options.output);
  FilmBatchReport report;
  report.films = manifest.items.size();
  report.finished_before = report.films - films.count();
  if (calls.begins) calls.begins(report.films, report.finished_before);
  report.stream = work_through(analyzer, options, calls, films, manifest);
  report.analysed = report.stream.delivered;
  report.failed = report.stream.failed;
  report.cancelled = report.stream.cancelled;
  if (report.cancelled) return report;
  write_manifest(options.output / "manifest.jsonl", manifest);
  write_summary(options.output / "summary.csv", summary_rows(options.output, manifest, options.summary));
  return report;
}

} // namespace mammo::app
