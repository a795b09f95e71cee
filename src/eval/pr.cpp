#include "mammo/eval/pr.hpp"

#include "eval/ranked.hpp"
#include "mammo/core/error.hpp"

namespace mammo::eval {
namespace {

double harmonic_mean(double precision, double recall) {
  return precision + recall > 0 ? 2 * precision * recall / (precision + recall) : 0;
}

} // namespace

PrecisionRecallCurve precision_recall_curve(std::span<const ScoredCase> cases) {
  const std::vector<RankedPoint> points = ranked_points(cases, "precision and recall");
  const double positives = points.empty() ? 0 : points.back().true_positives;
  require<ArgumentError>(positives > 0, "precision and recall without a positive case");
  PrecisionRecallCurve curve;
  for (const RankedPoint& point : points) {
    const double called = point.true_positives + point.false_positives;
    if (called == 0) continue; // of weight 0
    curve.threshold.push_back(point.threshold);
    curve.precision.push_back(point.true_positives / called);
    curve.recall.push_back(point.true_positives / positives);
  }
  return curve;
}

double average_precision(const PrecisionRecallCurve& curve) {
  double sum = 0, recall = 0;
  for (std::size_t i = 0; i < curve.recall.size(); ++i) {
    sum += curve.precision[i] * (curve.recall[i] - recall);
    recall = curve.recall[i];
  }
  return sum;
}

double average_precision(std::span<const ScoredCase> cases) {
  return average_precision(precision_recall_curve(cases));
}

double f1(std::span<const ScoredCase> cases, double threshold) {
  double called = 0, right = 0, positives = 0;
  for (const ScoredCase& scored : cases) {
    const bool is_called = scored.score >= threshold;
    called += is_called ? scored.weight : 0;
    positives += scored.positive ? scored.weight : 0;
    right += is_called && scored.positive ? scored.weight : 0;
  }
  require<ArgumentError>(positives > 0, "F1 without a positive case");
  return called > 0 ? harmonic_mean(right / called, right / positives) : 0;
}

BestF1 best_f1(std::span<const ScoredCase> cases) {
  const PrecisionRecallCurve curve = precision_recall_curve(cases);
  BestF1 best{.f1 = -1, .threshold = 0};
  for (std::size_t i = 0; i < curve.threshold.size(); ++i) {
    const double value = harmonic_mean(curve.precision[i], curve.recall[i]);
    if (value > best.f1) best = {.f1 = value, .threshold = curve.threshold[i]};
  }
  return best;
}

} // namespace mammo::eval
