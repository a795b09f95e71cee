#pragma once

#include "mammo/core/tensor.hpp"

#include <span>
#include <vector>

namespace mammo {

/// d output / d tensor for each of `tensors`, leaves or results on the way to `output`; undefined where
/// `output` does not depend on it. Unlike `backward` it leaves nothing with any leaf (only parameters that a
/// function under `checkpoint` captures still gather theirs), and it goes no further back than it must.
/// Hooks run, and the records that were passed are used up. Throws as `backward` does, and ArgumentError on
/// a tensor that is not on the tape.
std::vector<Tensor> gradients_of(const Tensor& output, std::span<const Tensor> tensors);
Tensor gradient_of(const Tensor& output, const Tensor& tensor);

} // namespace mammo
