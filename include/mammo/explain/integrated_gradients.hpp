#pragma once

#include "mammo/explain/score.hpp"

#include <cstdint>

namespace mammo::explain {

struct IntegratedGradientsOptions {
  /// What says nothing, of the input's shape or one that broadcasts to it; undefined: zeros.
  Tensor baseline{};
  /// Points between baseline and input at which the gradient is taken.
  std::int64_t steps = 50;
};

/// The score less the baseline's score, shared out over the pixels: (x - baseline) times the mean gradient on
/// the straight way between them, summed over channels (Sundararajan et al., "Axiomatic attribution for deep
/// networks", ICML 2017, equation 1, by the midpoint rule). In units of the score, with its sign: the map's
/// sum is score(x) - score(baseline), as nearly as the steps allow (completeness, proposition 1).
Tensor integrated_gradients(const Score& score, const Tensor& x,
                            const IntegratedGradientsOptions& options = {});

} // namespace mammo::explain
