#pragma once

#include "mammo/backend/vocabulary/common.hpp"

#include <string_view>
#include <tuple>

namespace mammo {

// `keep_packed` is a hint to backends that reorder a weight before they use it: whether to keep the reordered
// copy until the weight changes. False for a weight in training, which has changed by its next use.

/// y = activation(conv(x, w) + b + r): x [N, C, H, W], w [O, C / groups, KH, KW], [b [O]], [r like y]
/// -> [N, O, OH, OW], OH = (H + 2 padding - dilation (KH - 1) - 1) / stride + 1.
/// A batch norm that follows is folded into w and b by the layer.
struct Conv2d {
  static constexpr std::string_view name = "conv2d";
  Size2d stride = 1;
  Size2d padding = 0;
  Size2d dilation = 1;
  std::int64_t groups = 1;
  Activation activation = Activation::none;
  bool keep_packed = true;

  auto fields() const {
    return std::tuple(stride.height, stride.width, padding.height, padding.width, dilation.height,
                      dilation.width, groups, activation, keep_packed);
  }
};

/// The adjoint of Conv2d with the same options: every pixel of x is spread over the window it would have been
/// gathered from. x [N, O, OH, OW], w [O, C / groups, KH, KW], [b [C]] -> [N, C, output]; OH must be what
/// Conv2d makes of `output`. Applied to the gradient of a convolution's result it is the gradient of its
/// input.
struct ConvTranspose2d {
  static constexpr std::string_view name = "conv_transpose2d";
  Size2d output = 0;
  Size2d stride = 1;
  Size2d padding = 0;
  Size2d dilation = 1;
  std::int64_t groups = 1;
  bool keep_packed = true;

  auto fields() const {
    return std::tuple(output.height, output.width, stride.height, stride.width, padding.height, padding.width,
                      dilation.height, dilation.width, groups, keep_packed);
  }
};

/// The gradient of Conv2d by its weight: x [N, C, H, W], g [N, O, OH, OW], the gradient of the result
/// -> [O, C / groups, kernel], and, where `bias`, the gradient of the bias: [O], the sum of g.
struct ConvWeightGradient {
  static constexpr std::string_view name = "conv_weight_gradient";
  Size2d kernel = 1;
  Size2d stride = 1;
  Size2d padding = 0;
  Size2d dilation = 1;
  std::int64_t groups = 1;
  bool bias = false;

  auto fields() const {
    return std::tuple(kernel.height, kernel.width, stride.height, stride.width, padding.height, padding.width,
                      dilation.height, dilation.width, groups, bias);
  }
};

/// y = activation(x w^T + b): x [..., I], w [O, I], [b [O]] -> [..., O].
struct Linear {
  static constexpr std::string_view name = "linear";
  Activation activation = Activation::none;
  bool keep_packed = true;

  auto fields() const { return std::tuple(activation, keep_packed); }
};

/// y = a b, a matrix at a time: a [..., M, K], or [..., K, M] where `transpose_a`; b [..., K, N], or
/// [..., N, K] where `transpose_b`; equal leading dimensions -> [..., M, N].
struct MatMul {
  static constexpr std::string_view name = "matmul";
  bool transpose_a = false;
  bool transpose_b = false;

  auto fields() const { return std::tuple(transpose_a, transpose_b); }
};

} // namespace mammo
