#include "mammo/app/batch.hpp"

#include "mammo/core/error.hpp"
#include "mammo/core/file.hpp"

#include <exception>
#include <new>
#include <optional>
#include <set>
#include <system_error>
#include <utility>

#include <sys/stat.h>

namespace mammo::app {
namespace {

namespace fs = std::filesystem;

/// Knows the inputs' files, however they were named, so that no result replaces one.
class InputGuard {
 public:
  explicit InputGuard(const std::vector<InputFile>& images) {
    for (const InputFile& image : images) {
      for (const auto look : {::stat, ::lstat}) {
        if (const auto file = identity(image.path, look)) inputs_.insert(*file);
      }
    }
  }

  void check(const ResultPaths& results) const {
    for (const fs::path& path : {results.report, results.overlay, results.preprocessed}) {
      const auto file = identity(path, ::lstat);
      if (file && inputs_.contains(*file)) {
        throw FileError(path.string(), "this result would replace an input, expected another output folder");
      }
    }
  }

 private:
  using Identity = std::pair<dev_t, ino_t>;

  static std::optional<Identity> identity(const fs::path& path, int (*look)(const char*, struct stat*)) {
    struct stat status{};
    if (look(path.c_str(), &status) != 0) return std::nullopt;
    return Identity(status.st_dev, status.st_ino);
  }

  std::set<Identity> inputs_;
};

/// The reason without the file's own name in front, which the caller prints.
std::string reason_of(const std::exception& error, const fs::path& input) {
  const auto* file = dynamic_cast<const FileError*>(&error);
  if (file != nullptr && file->path() == input.string()) return file->reason();
  if (dynamic_cast<const std::bad_alloc*>(&error) != nullptr) return "out of memory";
  return error.what();
}

} // namespace

void prepare_output(const fs::path& folder) {
  std::error_code error;
  fs::create_directories(folder, error);
  if (error) throw FileError(folder.string(), "cannot make the output folder: " + error.message());
  if (!fs::is_directory(folder, error)) throw FileError(folder.string(), "is no folder, expected one");
  try {
    const AtomicFile probe(folder / "write-test");
  } catch (const FileError& refused) {
    throw FileError(folder.string(), "output folder: " + refused.reason());
  }
}

BatchCounts analyze_batch(Analyzer& analyzer, const std::vector<InputFile>& images,
                          const BatchOptions& options, const BatchCalls& calls) {
  const std::vector<fs::path> stems = output_stems(images);
  const InputGuard guard(images);
  const auto stopped = [&] { return calls.stop && calls.stop(); };

  BatchCounts counts;
  for (std::size_t i = 0; i < images.size() && !stopped(); ++i) {
    if (calls.started) calls.started(images[i]);
    std::optional<Analysis> analysis;
    std::string reason;
    try {
      const fs::path stem = options.output / stems[i];
      guard.check(ResultPaths(stem));
      Analysis result = analyzer.analyze_file(images[i].path, options.file);
      if (stopped()) break;
      write_results(result, stem, options.results);
      analysis = std::move(result);
    } catch (const std::exception& error) {
      reason = reason_of(error, images[i].path);
    }
    ++(analysis ? counts.analysed : counts.failed);
    if (calls.ended) calls.ended({images[i], analysis ? &*analysis : nullptr, reason});
  }
  return counts;
}

} // namespace mammo::app
