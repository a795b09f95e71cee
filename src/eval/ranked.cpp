#include "eval/ranked.hpp"

#include "mammo/core/error.hpp"

#include <algorithm>
#include <cmath>
#include <functional>

namespace mammo::eval {

std::vector<RankedPoint> ranked_points(std::span<const ScoredCase> cases, std::string_view what) {
  std::vector<ScoredCase> sorted(cases.begin(), cases.end());
  for (const ScoredCase& scored : sorted) {
    require<ArgumentError>(!std::isnan(scored.score), what, ": a score is NaN, expected numbers");
    require<ArgumentError>(scored.weight >= 0 && std::isfinite(scored.weight), what, ": weight ",
                           scored.weight, ", expected 0 or more");
  }
  std::ranges::sort(sorted, std::greater<>(), &ScoredCase::score);
  std::vector<RankedPoint> points;
  RankedPoint sum;
  for (std::size_t i = 0; i < sorted.size(); ++i) {
    (sorted[i].positive ? sum.true_positives : sum.false_positives) += sorted[i].weight;
    if (i + 1 < sorted.size() && sorted[i + 1].score == sorted[i].score) continue;
    sum.threshold = sorted[i].score;
    points.push_back(sum);
  }
  return points;
}

} // namespace mammo::eval
