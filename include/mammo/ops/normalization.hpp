#pragma once

#include "mammo/backend/operation.hpp"
#include "mammo/core/tensor.hpp"

namespace mammo {

/// Batch norm with given statistics, as at inference (Ioffe and Szegedy 2015): x [N, C, H, W], all else [C].
Tensor batch_norm(const Tensor& x, const Tensor& mean, const Tensor& var, const Tensor& weight,
                  const Tensor& bias, const BatchNorm& options = {});

struct BatchStatistics {
  Tensor output; ///< [N, C, H, W]
  Tensor mean;   ///< [C]
  Tensor var;    ///< [C], divided by N H W (biased)
};

/// activation(norm(x) + residual) over the batch's own statistics, as in training: x [N, C, H, W], weight and
/// bias [C], residual like x or undefined. The statistics record no gradients.
BatchStatistics batch_norm_training(const Tensor& x, const Tensor& weight, const Tensor& bias,
                                    const BatchNormTraining& options = {}, const Tensor& residual = {});

/// Neighbouring channels in `groups` groups, a picture at a time (Wu and He 2018): x [N, C, ...], weight and
/// bias [C].
Tensor group_norm(const Tensor& x, const Tensor& weight, const Tensor& bias, const GroupNorm& options);

/// Every channel of every picture by itself (Ulyanov et al. 2016): x [N, C, ...], weight and bias [C].
Tensor instance_norm(const Tensor& x, const Tensor& weight, const Tensor& bias, double eps = 1e-5);

/// Over the last dimension (Ba, Kiros and Hinton 2016): x [..., D], weight and bias [D].
Tensor layer_norm(const Tensor& x, const Tensor& weight, const Tensor& bias, double eps = 1e-5);

/// exp(x) / sum exp(x) over dimension `dim` (negative: from the end), computed without overflow.
Tensor softmax(const Tensor& x, int dim);

} // namespace mammo
