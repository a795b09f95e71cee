#pragma once

#include <cstddef>
#include <span>
#include <vector>

namespace mammo::eval {

/// One case of a test: how strongly it was called positive, and whether it is. The weight counts it so many
/// times, 0 included: resampling gives weights.
struct ScoredCase {
  double score = 0;
  bool positive = false;
  double weight = 1;
};

// Every function here throws ArgumentError on a score that is NaN, a weight that is negative or not finite,
// and where cases of one kind are missing: a curve needs both.

/// Sensitivity against false positive rate, from (0, 0) to (1, 1): point i calls positive what scores at
/// least threshold[i]. The first threshold is infinite; there is one point more for each distinct score.
struct RocCurve {
  std::vector<double> threshold;
  std::vector<double> false_positive_rate;
  std::vector<double> sensitivity;
};
RocCurve roc_curve(std::span<const ScoredCase> cases);

/// Area under the curve by trapezoids: the probability that a positive case scores above a negative one, ties
/// counted half (Hanley and McNeil, Radiology 1982).
double auc(const RocCurve& curve);
double auc(std::span<const ScoredCase> cases);

/// The area left of a false positive rate (above 0, at most 1).
double partial_auc(const RocCurve& curve, double highest_false_positive_rate);
/// The same, put between 0.5 for a useless test and 1 for a perfect one (McClish, Med Decis Making 1989).
double standardized_partial_auc(const RocCurve& curve, double highest_false_positive_rate);

/// What a threshold does: cases that score at least it are called positive. Rates are of the positive, the
/// negative, the called, and all cases; one without such cases is NaN.
struct OperatingPoint {
  double threshold = 0;
  double sensitivity = 0;
  double specificity = 0;
  double positive_predictive_value = 0;
  double negative_predictive_value = 0;
  double accuracy = 0;
};
OperatingPoint operating_point(std::span<const ScoredCase> cases, double threshold);

/// The lowest threshold whose specificity is at least this (0 to 1), hence the highest sensitivity. The
/// curve's points alone are taken: a test cannot be run between two of them.
OperatingPoint at_specificity(std::span<const ScoredCase> cases, double specificity);
/// The highest threshold whose sensitivity is at least this, hence the highest specificity.
OperatingPoint at_sensitivity(std::span<const ScoredCase> cases, double sensitivity);
/// The threshold with the largest sensitivity + specificity (Youden, Cancer 1950), the highest of several.
OperatingPoint at_youden(std::span<const ScoredCase> cases);

} // namespace mammo::eval
