#pragma once

#include "mammo/core/tensor.hpp"

#include <span>

namespace mammo {

/// Tensors of equal shape but for dimension `dim` (negative: from the end), joined along it.
Tensor concatenate(std::span<const Tensor> tensors, int dim);

/// x with `before[d]` and `after[d]` elements of `value` added around each dimension d.
Tensor pad(const Tensor& x, const Dims& before, const Dims& after, double value = 0);

} // namespace mammo
