#pragma once

#include "mammo/nn/average.hpp"
#include "mammo/nn/module.hpp"
#include "mammo/nn/optimizer.hpp"

#include <cstdint>
#include <filesystem>
#include <map>
#include <string>
#include <vector>

namespace mammo::nn {

/// Everything that a training run is made of. Kept between two steps and taken up again, on the same machine
/// and build, it gives the bits that the run would have given had it never stopped. A schedule is a function
/// of the step and has nothing to keep; gradients gathered so far are not kept.
///
///     nn::TrainingRun run{.module = net, .optimizer = optimizer, .average = &average};
///     nn::load_latest_checkpoint(folder, run);
///     while (run.step < steps) {
///       ...
///       ++run.step;
///       if (run.step % 100 == 0) nn::save_checkpoint(folder, run);
///     }
struct TrainingRun {
  Module& module;
  Optimizer& optimizer;
  MovingAverage* average = nullptr; ///< may be left out
  std::int64_t step = 0;            ///< steps done
  /// Whatever else the run must know again, such as its data loader's place; any text.
  std::map<std::string, std::string> extra{};
};

/// Writes the run, with the state of the calling thread's training_generator(), to
/// `<folder>/step-<step>.safetensors`, which appears whole or not at all, and then removes all checkpoints of
/// earlier steps but the last `keep`, this one counted. Makes the folder where it is missing. Throws
/// FileError where it cannot be written, and then those written earlier are as they were; ArgumentError
/// unless keep is positive.
void save_checkpoint(const std::filesystem::path& folder, const TrainingRun& run, int keep = 3);

/// Takes up the newest checkpoint of the folder, and the state of training_generator() with it. One that is
/// damaged - cut short, or with any byte changed - is reported to the log, and the one before it is used.
/// False where the folder is missing or has no checkpoints. Throws Error naming all files where every one is
/// damaged, and StateDictError on a checkpoint of another module, optimiser or average; then nothing has
/// changed.
bool load_latest_checkpoint(const std::filesystem::path& folder, TrainingRun& run);

/// The same of one file. Throws FileError on a damaged one.
void load_checkpoint(const std::filesystem::path& file, TrainingRun& run);

/// The checkpoints of a folder, oldest first, damaged ones among them. None where there is no such folder.
std::vector<std::filesystem::path> checkpoints_in(const std::filesystem::path& folder);

} // namespace mammo::nn
