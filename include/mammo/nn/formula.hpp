#pragma once

#include "mammo/core/tensor.hpp"
#include "mammo/nn/module.hpp"

#include <cstdint>
#include <string_view>

namespace mammo::nn {

// Weights and inputs by formula: numbers that any program can compute again, bit by bit, from a name and an
// index, so that two implementations of a network can be compared, or one be timed, without a file of
// weights. tests/goldens/formula.py is the same in Python. Only integer arithmetic and correctly rounded
// IEEE operations are used.

/// Number `index` of the sequence called `name`: uniform over the multiples of 2^-23 in [-1, 1).
float formula_value(std::string_view name, std::uint64_t index);

/// f32: element i is formula_value(name, i).
Tensor formula_tensor(std::string_view name, const Shape& shape);

/// Gives every tensor of the module values by formula that keep activations of order 1: weights of rank 2
/// and more uniform with variance 2 / fan_in (He et al. 2015); norm weights and variances in 1 +- 0.1;
/// biases and means in +-0.1. The weight of a residual block's last norm is a quarter of that, or the sum of
/// many blocks would grow without bound.
void load_by_formula(Module& module);

} // namespace mammo::nn
