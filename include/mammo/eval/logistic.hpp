#pragma once

#include <span>
#include <vector>

namespace mammo::eval {

/// One case of a logistic regression.
struct LabelledRow {
  std::vector<double> features;
  bool positive = false;
};

/// P(positive) = sigmoid(intercept + coefficients . features).
struct LogisticModel {
  double intercept = 0;
  std::vector<double> coefficients;

  /// Throws ArgumentError on another number of features.
  double log_odds(std::span<const double> features) const;
};

/// Maximum likelihood by Newton's method, with a ridge penalty `ridge` / 2 times the squared coefficients of
/// the standardised features, which keeps separable cases finite; the intercept is free. With the features a
/// score's logit it is Platt's scaling without his changed targets. Throws ArgumentError on no rows, rows of
/// different length, numbers that are not finite, and where all rows are of one kind.
LogisticModel fit_logistic(std::span<const LabelledRow> rows, double ridge = 1e-3);

} // namespace mammo::eval
