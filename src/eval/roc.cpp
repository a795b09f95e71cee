#include "mammo/eval/roc.hpp"

#include "eval/ranked.hpp"
#include "mammo/core/error.hpp"

#include <algorithm>
#include <limits>

namespace mammo::eval {
namespace {

void require_both(double positives, double negatives) {
  require<ArgumentError>(positives > 0 && negatives > 0, "ROC of ", positives, " positive and ", negatives,
                         " negative cases, expected some of both");
}

OperatingPoint point_at(const RocCurve& curve, std::size_t i, std::span<const ScoredCase> cases) {
  return operating_point(cases, curve.threshold[i]);
}

void require_rate(double rate, const char* what) {
  require<ArgumentError>(rate >= 0 && rate <= 1, what, ' ', rate, ", expected 0 to 1");
}

} // namespace

RocCurve roc_curve(std::span<const ScoredCase> cases) {
  const std::vector<RankedPoint> points = ranked_points(cases, "ROC");
  const RankedPoint all = points.empty() ? RankedPoint{} : points.back();
  require_both(all.true_positives, all.false_positives);
  RocCurve curve{{std::numeric_limits<double>::infinity()}, {0}, {0}};
  for (const RankedPoint& point : points) {
    curve.threshold.push_back(point.threshold);
    curve.false_positive_rate.push_back(point.false_positives / all.false_positives);
    curve.sensitivity.push_back(point.true_positives / all.true_positives);
  }
  return curve;
}

double auc(const RocCurve& curve) {
  return partial_auc(curve, 1);
}

double auc(std::span<const ScoredCase> cases) {
  return auc(roc_curve(cases));
}

double partial_auc(const RocCurve& curve, double highest_false_positive_rate) {
  require<ArgumentError>(highest_false_positive_rate > 0 && highest_false_positive_rate <= 1,
                         "partial AUC up to a false positive rate of ", highest_false_positive_rate,
                         ", expected above 0, at most 1");
  double area = 0;
  for (std::size_t i = 1; i < curve.sensitivity.size(); ++i) {
    const double left = curve.false_positive_rate[i - 1];
    const double whole = curve.false_positive_rate[i] - left;
    const double width = std::min(curve.false_positive_rate[i], highest_false_positive_rate) - left;
    if (width <= 0) continue;
    const double low = curve.sensitivity[i - 1];
    const double high = low + (curve.sensitivity[i] - low) * width / whole;
    area += width * (low + high) / 2;
  }
  return area;
}

double standardized_partial_auc(const RocCurve& curve, double highest_false_positive_rate) {
  const double area = partial_auc(curve, highest_false_positive_rate);
  const double least = highest_false_positive_rate * highest_false_positive_rate / 2;
  return (1 + (area - least) / (highest_false_positive_rate - least)) / 2;
}

OperatingPoint operating_point(std::span<const ScoredCase> cases, double threshold) {
  double true_positives = 0, false_positives = 0, positives = 0, negatives = 0;
  for (const ScoredCase& scored : cases) {
    const bool called = scored.score >= threshold;
    (scored.positive ? positives : negatives) += scored.weight;
    if (called) (scored.positive ? true_positives : false_positives) += scored.weight;
  }
  require_both(positives, negatives);
  const double true_negatives = negatives - false_positives;
  const double all = positives + negatives;
  return {.threshold = threshold,
          .sensitivity = true_positives / positives,
          .specificity = true_negatives / negatives,
          .positive_predictive_value = true_positives / (true_positives + false_positives),
          .negative_predictive_value = true_negatives / (all - true_positives - false_positives),
          .accuracy = (true_positives + true_negatives) / all};
}

OperatingPoint at_specificity(std::span<const ScoredCase> cases, double specificity) {
  require_rate(specificity, "specificity");
  const RocCurve curve = roc_curve(cases);
  constexpr double rounding = 1e-12; // 1 - 0.9 is less than 0.1
  std::size_t best = 0;
  for (std::size_t i = 0; i < curve.threshold.size(); ++i) {
    if (1 - curve.false_positive_rate[i] >= specificity - rounding) best = i;
  }
  return point_at(curve, best, cases);
}

OperatingPoint at_sensitivity(std::span<const ScoredCase> cases, double sensitivity) {
  require_rate(sensitivity, "sensitivity");
  const RocCurve curve = roc_curve(cases);
  std::size_t best = 0;
  while (curve.sensitivity[best] < sensitivity) ++best;
  return point_at(curve, best, cases);
}

OperatingPoint at_youden(std::span<const ScoredCase> cases) {
  const RocCurve curve = roc_curve(cases);
  const auto index = [&](std::size_t i) { return curve.sensitivity[i] - curve.false_positive_rate[i]; };
  std::size_t best = 0;
  for (std::size_t i = 1; i < curve.threshold.size(); ++i) {
    if (index(i) > index(best)) best = i;
  }
  return point_at(curve, best, cases);
}

} // namespace mammo::eval
