#pragma once

#include "mammo/eval/roc.hpp"

#include <span>
#include <string_view>
#include <vector>

namespace mammo::eval {

/// Weight that is called positive at a threshold, by what it is.
struct RankedPoint {
  double threshold = 0;
  double true_positives = 0;
  double false_positives = 0;
};

/// One point for each distinct score, from the highest down. Throws ArgumentError as roc.hpp says, but for
/// missing kinds.
std::vector<RankedPoint> ranked_points(std::span<const ScoredCase> cases, std::string_view what);

} // namespace mammo::eval
