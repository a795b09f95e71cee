#include "mammo/eval/calibration.hpp"

#include "mammo/core/error.hpp"

#include <algorithm>
#include <cmath>
#include <limits>

namespace mammo::eval {
namespace {

/// The weighted mean of `loss(case)`.
template <class Loss>
double mean_over(std::span<const ScoredCase> cases, Loss loss) {
  double sum = 0, weight = 0;
  for (const ScoredCase& scored : cases) {
    require<ArgumentError>(scored.score >= 0 && scored.score <= 1, "calibration: score ", scored.score,
                           ", expected 0 to 1");
    require<ArgumentError>(scored.weight >= 0 && std::isfinite(scored.weight), "calibration: weight ",
                           scored.weight, ", expected 0 or more");
    sum += scored.weight * loss(scored);
    weight += scored.weight;
  }
  require<ArgumentError>(weight > 0, "calibration of no cases");
  return sum / weight;
}

} // namespace

double brier(std::span<const ScoredCase> cases) {
  return mean_over(cases, [](const ScoredCase& scored) {
    const double off = scored.score - (scored.positive ? 1 : 0);
    return off * off;
  });
}

double log_loss(std::span<const ScoredCase> cases) {
  constexpr double margin = std::numeric_limits<double>::epsilon();
  return mean_over(cases, [&](const ScoredCase& scored) {
    const double p = std::clamp(scored.score, margin, 1 - margin);
    return -std::log(scored.positive ? p : 1 - p);
  });
}

std::vector<ReliabilityBin> reliability(std::span<const ScoredCase> cases, int bins) {
  require<ArgumentError>(bins >= 1, "reliability in ", bins, " bins, expected 1 or more");
  std::vector<ReliabilityBin> result(static_cast<std::size_t>(bins));
  for (int i = 0; i < bins; ++i) {
    result[static_cast<std::size_t>(i)] = {
        .low = static_cast<double>(i) / bins, .high = static_cast<double>(i + 1) / bins, .weight = 0};
  }
  mean_over(cases, [&](const ScoredCase& scored) {
    const int bin = std::min(bins - 1, static_cast<int>(scored.score * bins));
    ReliabilityBin& into = result[static_cast<std::size_t>(bin)];
    into.weight += scored.weight;
    into.mean_score += scored.weight * scored.score;
    into.positive_fraction += scored.positive ? scored.weight : 0;
    return 0.0;
  });
  for (ReliabilityBin& bin : result) {
    bin.mean_score /= bin.weight; // 0 / 0 is NaN
    bin.positive_fraction /= bin.weight;
  }
  return result;
}

double expected_calibration_error(std::span<const ReliabilityBin> bins) {
  double sum = 0, weight = 0;
  for (const ReliabilityBin& bin : bins) {
    if (bin.weight == 0) continue;
    sum += bin.weight * std::abs(bin.positive_fraction - bin.mean_score);
    weight += bin.weight;
  }
  return weight > 0 ? sum / weight : std::numeric_limits<double>::quiet_NaN();
}

} // namespace mammo::eval
