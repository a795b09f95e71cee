#pragma once

#include "mammo/core/dtype.hpp"
#include "mammo/core/layout.hpp"
#include "mammo/core/shape.hpp"

#include <array>
#include <cstdint>
#include <string>
#include <string_view>
#include <tuple>
#include <variant>
#include <vector>

namespace mammo {

/// Height and width of something; one number stands for both.
struct Size2d {
  std::int64_t height = 0;
  std::int64_t width = 0;

  constexpr Size2d() = default;
  // NOLINTNEXTLINE(google-explicit-constructor): `.stride = 2` is what a caller wants to write.
  constexpr Size2d(std::int64_t both) : height(both), width(both) {}
  constexpr Size2d(std::int64_t h, std::int64_t w) : height(h), width(w) {}
  bool operator==(const Size2d&) const = default;
};

enum class Activation : std::uint8_t { none, relu };

// The vocabulary of the backends: one struct an operation, holding its options. The tensors it takes are
// listed in order; one in [brackets] may be undefined. `fields()` is what tells two of them apart.

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

  auto fields() const {
    return std::tuple(stride.height, stride.width, padding.height, padding.width, dilation.height,
                      dilation.width, groups, activation);
  }
};

/// y = activation((x - mean) / sqrt(var + eps) * w + b), a channel at a time (Ioffe and Szegedy 2015):
/// x [N, C, H, W], mean [C], var [C], w [C], b [C] -> like x.
struct BatchNorm {
  static constexpr std::string_view name = "batch_norm";
  double eps = 1e-5;
  Activation activation = Activation::none;

  auto fields() const { return std::tuple(eps, activation); }
};

enum class PoolKind : std::uint8_t { max, average };

/// x [N, C, H, W] -> [N, C, OH, OW], OH = (H + 2 padding - dilation (KH - 1) - 1) / stride + 1. Padding never
/// wins a maximum; it counts as zeros in an average only where `count_padding`.
struct Pool2d {
  static constexpr std::string_view name = "pool2d";
  PoolKind kind = PoolKind::max;
  Size2d kernel = 1;
  Size2d stride = 1;
  Size2d padding = 0;
  Size2d dilation = 1;
  bool count_padding = true;

  auto fields() const {
    return std::tuple(kind, kernel.height, kernel.width, stride.height, stride.width, padding.height,
                      padding.width, dilation.height, dilation.width, count_padding);
  }
};

/// x [N, C, H, W] -> [N, C, output]: row i covers input rows floor(i H / OH) to ceil((i + 1) H / OH).
struct AdaptivePool2d {
  static constexpr std::string_view name = "adaptive_pool2d";
  PoolKind kind = PoolKind::average;
  Size2d output = 1;

  auto fields() const { return std::tuple(kind, output.height, output.width); }
};

enum class Interpolation : std::uint8_t { nearest, bilinear };

/// x [N, C, H, W] -> [N, C, output]. nearest takes source row floor(i H / OH); bilinear maps pixel centres,
/// or, with `align_corners`, corners onto corners.
struct Interpolate2d {
  static constexpr std::string_view name = "interpolate2d";
  Interpolation mode = Interpolation::nearest;
  Size2d output{};
  bool align_corners = false;

  auto fields() const { return std::tuple(mode, output.height, output.width, align_corners); }
};

/// y = activation(x w^T + b): x [..., I], w [O, I], [b [O]] -> [..., O].
struct Linear {
  static constexpr std::string_view name = "linear";
  Activation activation = Activation::none;

  auto fields() const { return std::tuple(activation); }
};

/// One or more tensors of equal shape but for dimension `dim` -> joined along it.
struct Concat {
  static constexpr std::string_view name = "concat";
  int dim = 0;

  auto fields() const { return std::tuple(dim); }
};

/// x -> x with `before[d]` and `after[d]` elements of `value` added around dimension d.
struct Pad {
  static constexpr std::string_view name = "pad";
  Dims before{};
  Dims after{};
  double value = 0;

  auto fields() const { return std::tuple(before, after, value); }
};

enum class UnaryKind : std::uint8_t { relu, sigmoid, exp, log, sqrt, neg, abs, tanh };

/// x -> like x, element by element. Floating dtypes.
struct Unary {
  static constexpr std::string_view name = "unary";
  UnaryKind kind = UnaryKind::relu;

  auto fields() const { return std::tuple(kind); }
};

enum class BinaryKind : std::uint8_t { add, subtract, multiply, divide, maximum, minimum };

/// a, b -> their broadcast shape, element by element. Equal floating dtypes.
struct Binary {
  static constexpr std::string_view name = "binary";
  BinaryKind kind = BinaryKind::add;
  Activation activation = Activation::none;

  auto fields() const { return std::tuple(kind, activation); }
};

enum class ReduceKind : std::uint8_t { sum, mean, max, min };

/// x -> x reduced over `dims` (0 .. rank - 1, ascending), which stay as size 1 where `keep_dims`.
struct Reduce {
  static constexpr std::string_view name = "reduce";
  ReduceKind kind = ReduceKind::sum;
  Dims dims{};
  bool keep_dims = false;

  auto fields() const { return std::tuple(kind, dims, keep_dims); }
};

/// x -> exp(x - max) / sum over dimension `dim`.
struct Softmax {
  static constexpr std::string_view name = "softmax";
  int dim = 0;

  auto fields() const { return std::tuple(dim); }
};

/// x [..., N] -> values [..., k] and indices i64 [..., k], largest first; of equal values the lower index
/// first. k <= N. NaN counts as larger than any number.
struct TopK {
  static constexpr std::string_view name = "top_k";
  std::int64_t k = 1;

  auto fields() const { return std::tuple(k); }
};

/// Boxes from anchors and regression output (Girshick et al. 2014, appendix C): deltas [N, 4] (dx, dy, dw,
/// dh), anchors [N, 4] (x1, y1, x2, y2) -> [N, 4] (x1, y1, x2, y2). Deltas are divided by `weights`; dw and
/// dh are clipped from above at `clip`.
struct BoxDecode {
  static constexpr std::string_view name = "box_decode";
  std::array<double, 4> weights{1, 1, 1, 1};
  double clip = 4.135166556742356; // log(1000 / 16)

  auto fields() const { return std::tuple(weights[0], weights[1], weights[2], weights[3], clip); }
};

/// Greedy non-maximum suppression: boxes [N, 4] (x1, y1, x2, y2), scores [N] -> kept indices i64 [N], best
/// score first, of which only the first `count` (i64 [1]) are set; the rest is -1. A box goes when its IoU
/// with a kept one is above `iou_threshold`; of equal scores the lower index comes first.
struct Nms {
  static constexpr std::string_view name = "nms";
  double iou_threshold = 0.5;
  std::int64_t max_output = INT64_MAX;

  auto fields() const { return std::tuple(iou_threshold, max_output); }
};

using Operation = std::variant<Conv2d, BatchNorm, Pool2d, AdaptivePool2d, Interpolate2d, Linear, Concat, Pad,
                               Unary, Binary, Reduce, Softmax, TopK, BoxDecode, Nms>;

std::string_view name(const Operation& operation);

/// What a plan needs to know of a tensor. One that is left out has `defined == false`.
struct TensorSpec {
  Shape shape;
  DType dtype = DType::f32;
  Layout layout = Layout::row_major;
  bool defined = true;

  bool operator==(const TensorSpec&) const = default;
};

/// An operation on tensors of given shapes, in a given setting: what a plan is made for and found by.
struct Signature {
  Operation operation;
  std::vector<TensorSpec> inputs;
  int threads = 1;
  bool deterministic = true;

  /// A string that two signatures share exactly when one plan serves both. The instruction set is not in it:
  /// it is fixed for the life of the process.
  std::string key() const;
};

/// Shapes and dtypes of the outputs, layout row_major. Checks everything that can be checked without the
/// elements: throws ShapeError, TypeError or ArgumentError naming the operation, the value and what was
/// expected.
std::vector<TensorSpec> infer_outputs(const Operation& operation, const std::vector<TensorSpec>& inputs);

} // namespace mammo
