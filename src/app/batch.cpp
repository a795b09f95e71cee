#include "mammo/app/batch.hpp"

#include "app/input_guard.hpp"
#include "mammo/core/error.hpp"
#include "mammo/core/file.hpp"

#include <exception>
#include <optional>
#include <system_error>
#include <utility>

namespace mammo::app {

namespace fs = std::filesystem;

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
      const ResultPaths results(stem);
      guard.check({results.report, results.overlay, results.preprocessed});
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
