#pragma once

#include "mammo/backend/operation.hpp"
#include "mammo/core/tensor.hpp"

namespace mammo {

/// activation(conv(x, weight) + bias + residual); x [N, C, H, W], weight [O, C / groups, KH, KW], bias [O] or
/// undefined, residual like the result or undefined -> [N, O, OH, OW] in a layout of the backend's choice:
/// `conv2d(x, w, b, {.stride = 2, .padding = 1, .activation = Activation::relu})`.
/// Throws ShapeError where sizes do not fit.
Tensor conv2d(const Tensor& x, const Tensor& weight, const Tensor& bias = {}, const Conv2d& options = {},
              const Tensor& residual = {});

struct ConvTransposeOptions {
  Size2d stride = 1;
  Size2d padding = 0;
  /// Rows and columns that no window of the convolution reaches, added at the bottom and the right.
  Size2d output_padding = 0;
  Size2d dilation = 1;
  std::int64_t groups = 1;
};

/// The convolution's adjoint, which enlarges: x [N, O, H, W], weight [O, C / groups, KH, KW], bias [C] or
/// undefined -> [N, C, OH, OW], OH = (H - 1) stride - 2 padding + dilation (KH - 1) + output_padding + 1.
/// Throws ShapeError where sizes do not fit, ArgumentError where output_padding is not below the stride.
Tensor conv_transpose2d(const Tensor& x, const Tensor& weight, const Tensor& bias = {},
                        const ConvTransposeOptions& options = {});

/// activation(x weight^T + bias); x [..., I], weight [O, I], bias [O] or undefined -> [..., O].
Tensor linear(const Tensor& x, const Tensor& weight, const Tensor& bias = {}, const Linear& options = {});

/// a b, a matrix at a time: a [..., M, K] or, with `transpose_a`, [..., K, M]; b [..., K, N] or [..., N, K];
/// equal leading dimensions -> [..., M, N].
Tensor matmul(const Tensor& a, const Tensor& b, const MatMul& options = {});

} // namespace mammo
