#pragma once

#include "mammo/backend/operation.hpp"
#include "mammo/core/tensor.hpp"

namespace mammo {

struct MaxPoolOptions {
  Size2d kernel = 2;
  Size2d stride = 2;
  Size2d padding = 0;
  Size2d dilation = 1;
};

struct AveragePoolOptions {
  Size2d kernel = 2;
  Size2d stride = 2;
  Size2d padding = 0;
  /// Whether padding counts as zeros in the average or not at all.
  bool count_padding = true;
};

/// x [N, C, H, W] -> [N, C, OH, OW] as Pool2d. Throws ShapeError where the padding exceeds half the kernel.
Tensor max_pool2d(const Tensor& x, const MaxPoolOptions& options);
Tensor average_pool2d(const Tensor& x, const AveragePoolOptions& options);

/// x [N, C, H, W] -> [N, C, output], over cells that cover the input evenly.
Tensor adaptive_average_pool2d(const Tensor& x, Size2d output);
Tensor adaptive_max_pool2d(const Tensor& x, Size2d output);

} // namespace mammo
