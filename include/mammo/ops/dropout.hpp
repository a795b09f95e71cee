#pragma once

#include "mammo/core/tensor.hpp"

namespace mammo {

// Both draw from training_generator() and divide what is left by 1 - probability, so that the mean stays.
// Throw ArgumentError unless 0 <= probability < 1.

/// Single elements become 0 (Srivastava et al. 2014): x -> like x, row_major.
Tensor dropout(const Tensor& x, double probability);

/// Whole examples become 0, for the branches of a residual network (Huang et al. 2016): x [N, ...] -> like x.
Tensor drop_path(const Tensor& x, double probability);

} // namespace mammo
