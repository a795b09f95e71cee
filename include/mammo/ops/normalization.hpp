#pragma once

#include "mammo/backend/operation.hpp"
#include "mammo/core/tensor.hpp"

namespace mammo {

/// Batch norm with given statistics, as at inference (Ioffe and Szegedy 2015): x [N, C, H, W], all else [C].
Tensor batch_norm(const Tensor& x, const Tensor& mean, const Tensor& var, const Tensor& weight,
                  const Tensor& bias, const BatchNorm& options = {});

/// exp(x) / sum exp(x) over dimension `dim` (negative: from the end), computed without overflow.
Tensor softmax(const Tensor& x, int dim);

} // namespace mammo
