#include "mammo/ops/interpolation.hpp"

#include "mammo/ops/evaluate.hpp"

#include <array>

namespace mammo {

Tensor interpolate_nearest(const Tensor& x, Size2d output) {
  return evaluate_one(Interpolate2d{.mode = Interpolation::nearest, .output = output}, std::array{x});
}

Tensor interpolate_bilinear(const Tensor& x, Size2d output, bool align_corners) {
  return evaluate_one(
      Interpolate2d{.mode = Interpolation::bilinear, .output = output, .align_corners = align_corners},
      std::array{x});
}

} // namespace mammo
