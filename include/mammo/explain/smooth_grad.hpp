#pragma once

#include "mammo/explain/score.hpp"

#include <cstdint>

namespace mammo::explain {

struct SmoothGradOptions {
  std::int64_t samples = 25;
  /// Standard deviation of the noise, as a fraction of the input's largest value less its smallest.
  double noise = 0.15;
  std::uint64_t seed = 0;

  bool operator==(const SmoothGradOptions&) const = default;
};

/// The input gradient, averaged with its sign over noisy copies of the input, then the largest magnitude of
/// the channels (Smilkov et al., "SmoothGrad: removing noise by adding noise", 2017). Units as in
/// input_gradient; never negative.
Tensor smooth_grad(const Score& score, const Tensor& x, const SmoothGradOptions& options = {});

} // namespace mammo::explain
