#pragma once

#include "mammo/eval/roc.hpp"

#include <span>
#include <vector>

namespace mammo::eval {

// Throws are those of roc.hpp, but negative cases may be missing.

/// Precision against recall, a point for each distinct score from the highest down: what scores at least
/// threshold[i] is called positive.
struct PrecisionRecallCurve {
  std::vector<double> threshold;
  std::vector<double> precision;
  std::vector<double> recall;
};
PrecisionRecallCurve precision_recall_curve(std::span<const ScoredCase> cases);

/// The sum of precisions times the steps of recall, without interpolation: scikit-learn's
/// average_precision_score.
double average_precision(const PrecisionRecallCurve& curve);
double average_precision(std::span<const ScoredCase> cases);

/// 2 precision recall / (precision + recall) at a threshold; 0 where nothing is called positive.
double f1(std::span<const ScoredCase> cases, double threshold);

struct BestF1 {
  double f1 = 0;
  double threshold = 0;
};
/// The highest F1 of the curve's thresholds, the highest threshold of several. Chosen on the cases at hand:
/// better than it would be on others.
BestF1 best_f1(std::span<const ScoredCase> cases);

} // namespace mammo::eval
