#pragma once

#include "mammo/app/analyzer.hpp"
#include "mammo/app/inputs.hpp"
#include "mammo/app/results.hpp"

#include <cstddef>
#include <filesystem>
#include <functional>
#include <string>
#include <vector>

namespace mammo::app {

struct BatchOptions {
  std::filesystem::path output;
  FileOptions file;
  ResultOptions results;
};

/// How one image of a batch ended: `analysis` is null where it failed, and `reason` says why, in one line.
struct Outcome {
  const InputFile& input;
  const Analysis* analysis = nullptr;
  std::string reason;
};

struct BatchCalls {
  std::function<void(const InputFile&)> started;
  std::function<void(const Outcome&)> ended;
  /// Asked between images and before results are written; true ends the batch and drops the image at hand.
  std::function<bool()> stop;
};

struct BatchCounts {
  std::size_t analysed = 0;
  std::size_t failed = 0;
};

/// Makes the output folder where it is missing. Throws FileError where nothing can be written in it.
void prepare_output(const std::filesystem::path& folder);

/// Analyses images one after the other and writes their results below `options.output`. What one image throws
/// ends that image alone. A result is never written over an input of the batch. Empty calls are left out.
BatchCounts analyze_batch(Analyzer& analyzer, const std::vector<InputFile>& images,
                          const BatchOptions& options, const BatchCalls& calls = {});

} // namespace mammo::app
