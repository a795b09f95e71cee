#pragma once

#include "mammo/nn/average.hpp"
#include "mammo/nn/checkpoint.hpp"
#include "mammo/nn/schedule.hpp"
#include "mammo/train/run_stages.hpp"
#include "train/curves.hpp"

#include <filesystem>
#include <optional>

namespace mammo::train {

/// One stage at work.
class StageRun {
 public:
  /// Begins the stage, or goes on from its newest checkpoint. Keeps references to all but `start_weights`,
  /// which is empty for initial ones. `chooses`: the best average on the choosing folds is kept.
  StageRun(const Stage& stage, bool chooses, const TrainingOptions& options,
           std::filesystem::path start_weights, StageTask& task);

  /// False where it was stopped before its end.
  bool train();

  /// Writes what the stage ends with.
  StageRecord finish();

 private:
  using Look = Curves::Look;
  std::vector<Look>::const_iterator best(const std::vector<Look>& looks) const;
  bool gave_up() const;
  void begin();
  void take_step(const BatchStream& batches);
  [[noreturn]] void report_non_finite(const BatchStream& batches);
  TrainingProgress progress() const;
  void look();
  void keep();
  void write_average() const;
  std::filesystem::path checkpoints() const { return folder_ / "checkpoints"; }
  std::filesystem::path weights() const { return folder_ / "weights.safetensors"; }

  const Stage& stage_;
  bool chooses_;
  const TrainingOptions& options_;
  std::filesystem::path folder_;
  std::filesystem::path start_weights_;
  StageTask& task_;
  std::string chosen_by_;
  nn::Module& network_;
  nn::Optimizer optimizer_;
  nn::Schedule schedule_;
  std::optional<nn::MovingAverage> average_;
  std::optional<nn::TrainingRun> run_;
  std::optional<Curves> curves_;
  data::SamplerState place_;
  double seconds_ = 0; ///< in steps
};

} // namespace mammo::train
