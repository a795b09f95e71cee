#pragma once

#include "mammo/train/run_log.hpp"
#include "mammo/train/stage_task.hpp"
#include "mammo/train/tensorboard.hpp"

#include <cstdint>
#include <filesystem>
#include <string>
#include <vector>

namespace mammo::train {

/// Everything that a stage writes down as it goes: two CSV files, TensorBoard's events, two plots.
class Curves {
 public:
  /// Goes on after `step`: later rows of an earlier run are dropped.
  Curves(std::filesystem::path folder, StageTask::Names names, std::int64_t step);

  struct Step {
    std::vector<double> parts; ///< of the loss
    double total = 0;
    double rate = 0;
    double gradient_norm = 0;
    double seconds = 0;
  };
  void step(std::int64_t step, const Step& values);
  void measure(std::int64_t step, const Figures& values);

  /// A look at the choosing folds.
  struct Look {
    std::int64_t step = 0;
    Figures measure;
  };
  /// All so far, those of the run's earlier parts too.
  std::vector<Look> looks() const;

  /// Mean of a column of steps.csv over the last 20 steps.
  double recent(const std::string& column) const;

  /// `loss.png`, and `<figure that chooses>.png` where there was a measure.
  void draw() const;

 private:
  std::filesystem::path folder_;
  StageTask::Names names_;
  RunLog steps_;
  RunLog measures_;
  TensorBoardWriter events_;
};

} // namespace mammo::train
