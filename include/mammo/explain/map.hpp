#pragma once

#include "mammo/core/geometry.hpp"
#include "mammo/core/tensor.hpp"

#include <cstdint>

namespace mammo::explain {

/// A map [H, W] blurred by a Gaussian of standard deviation `sigma` pixels, cut at 3 sigma; beyond its edges
/// there is nothing (0), so that a sum stays what it was or falls. Gradients of single pixels are noisy, and
/// their mean over a place says more. Throws ShapeError on another rank, ArgumentError unless 0 <= sigma <=
/// 100; 0 gives a copy.
Tensor blurred(const Tensor& map, double sigma);

struct Peak {
  std::int64_t row = 0;
  std::int64_t column = 0;
  double value = 0;
};

/// The largest element of a map [H, W], the first in row-major order of equal ones. Throws ShapeError on
/// another rank or an empty map.
Peak peak_of(const Tensor& map);

/// The centroid of the map's largest elements, `fraction` of all rounded up, each counting alike: in pixels,
/// between pixel edges as in Box. Of equal elements the first in row-major order are taken; what is not above
/// 0 never is, so that a map that is 0 nearly everywhere has its centroid where it is not. Throws ShapeError
/// on another rank, ArgumentError unless 0 < fraction <= 1, on a NaN, and on a map without an element above
/// 0.
Point centroid_of_largest(const Tensor& map, double fraction);

} // namespace mammo::explain
