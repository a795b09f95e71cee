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

/// activation(x weight^T + bias); x [..., I], weight [O, I], bias [O] or undefined -> [..., O].
Tensor linear(const Tensor& x, const Tensor& weight, const Tensor& bias = {}, const Linear& options = {});

} // namespace mammo
