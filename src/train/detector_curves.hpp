#pragma once

#include "mammo/train/run_log.hpp"
#include "mammo/train/tensorboard.hpp"
#include "mammo/train/train_detector.hpp"

#include <cstdint>
#include <filesystem>
#include <string>
#include <vector>

namespace mammo::train {

/// Everything that a stage writes down as it goes: two CSV files, TensorBoard's events, two plots.
class DetectorCurves {
 public:
  /// Goes on after `step`: later rows of an earlier run are dropped.
  DetectorCurves(std::filesystem::path folder, std::int64_t step);

  struct Step {
    double classification = 0;
    double boxes = 0;
    double total = 0;
    double rate = 0;
    double gradient_norm = 0;
    double seconds = 0;
  };
  void step(std::int64_t step, const Step& values);
  void measure(std::int64_t step, const DetectorMeasure& values);

  /// A look at the choosing folds.
  struct Look {
    std::int64_t step = 0;
    DetectorMeasure measure;
  };
  /// All so far, those of the run's earlier parts too.
  std::vector<Look> looks() const;

  /// Mean of a column of steps.csv over the last 20 steps.
  double recent(const std::string& column) const;

  /// `loss.png`, and `ap50.png` where there was a measure.
  void draw() const;

 private:
  std::filesystem::path folder_;
  RunLog steps_;
  RunLog measures_;
  TensorBoardWriter events_;
};

} // namespace mammo::train
