#pragma once

#include "mammo/backend/operation.hpp"
#include "mammo/core/tensor.hpp"

#include <span>
#include <vector>

namespace mammo {

/// Runs an operation of the vocabulary and, where an input requires gradients, records its first output. The
/// functions of ops are short forms of this. Indices and statistics, which are later outputs, are constants
/// to the tape, and so are all outputs of operations without a gradient. Throws what dispatch throws, and
/// TypeError where an input requires gradients that the operation cannot give: statistics, anchors, targets.
std::vector<Tensor> evaluate(const Operation& operation, std::span<const Tensor> inputs);
/// The first output.
Tensor evaluate_one(const Operation& operation, std::span<const Tensor> inputs);

/// Whether an operation has a gradient, and for which of its inputs.
bool has_gradient(const Operation& operation);
bool has_gradient(const Operation& operation, std::size_t input);

} // namespace mammo
