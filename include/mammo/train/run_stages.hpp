#pragma once

#include "mammo/train/stage.hpp"
#include "mammo/train/stage_task.hpp"

#include <atomic>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <functional>
#include <memory>
#include <string>
#include <utility>
#include <vector>

namespace mammo::train {

struct TrainingProgress {
  std::string stage;
  std::int64_t step = 0; ///< done, of `steps`
  std::int64_t steps = 0;
  double loss = 0;           ///< mean over the last 20 steps
  double seconds_a_step = 0; ///< mean over the same
  Figures measured{};        ///< where the choosing folds were just looked at; else empty
};

/// How training runs, whatever is trained.
struct TrainingOptions {
  std::filesystem::path recipe_folder; ///< that the recipe's files are relative to
  std::filesystem::path output;        ///< made where missing
  bool resume = false;                 ///< go on with the run that the output holds
  std::chrono::seconds checkpoint_every{300};
  const std::atomic<bool>* stop = nullptr; ///< set by another thread or a signal: end at the next step
  std::function<void(const TrainingProgress&)> report{}; ///< after each step
  std::function<void(std::size_t examples)> prepared{};  ///< as pictures become ready
};

/// One stage as it ended.
struct StageRecord {
  std::string stage;
  std::filesystem::path start; ///< weights that it began with; empty: initial ones
  std::filesystem::path end;   ///< weights that it ended with
  std::int64_t seed = 0;
  std::int64_t steps = 0; ///< taken
  double hours = 0;       ///< spent in steps, on this machine
  std::vector<std::int64_t> folds;
  std::vector<std::int64_t> choosing_folds;
  bool chosen = false;          ///< the best of several averages, by the task's figure on the choosing folds
  std::int64_t chosen_step = 0; ///< after which the weights were taken
  Figures measure;              ///< of the end's weights on the choosing folds; empty where there are none
};

/// Files that say which run an output folder holds, by name, with their text.
using RunIdentity = std::vector<std::pair<std::string, std::string>>;

/// Trains a chain of stages, each with the task that `task_of(its index)` gives. For each stage
/// `<output>/<stage>/` holds `checkpoints/`, `steps.csv` (a row a step: parts of the loss as `<part>_loss`,
/// loss, rate, gradient norm, seconds), `measures.csv` (a row a look at the choosing folds), a TensorBoard
/// event file, `loss.png` and `<figure that chooses>.png`, and at its end `weights.safetensors` (f32, the
/// averages) and `record.json`.
///
/// A run that is resumed goes on from its newest checkpoint; stopped at any step and taken up again it ends
/// with the bits of a run that never stopped (on the same machine, build and thread count). Stages that have
/// ended are not repeated.
///
/// Returns a record of each stage that has ended; fewer than the chain's where it was stopped.
///
/// Throws ArgumentError where the output holds a run and `resume` is off, or holds one of another identity;
/// FileError where a start file is missing, has another hash or does not fit; and, naming the layer first
/// affected, where the loss is not finite: the last checkpoint stays good.
std::vector<StageRecord>
run_stages(const std::vector<Stage>& chain, const TrainingOptions& options, const RunIdentity& identity,
           const std::function<std::unique_ptr<StageTask>(std::size_t stage)>& task_of);

} // namespace mammo::train
