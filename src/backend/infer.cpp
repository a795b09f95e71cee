#include "mammo/backend/operation.hpp"
#include "mammo/core/error.hpp"

#include <algorithm>
#include <cmath>
#include <limits>

namespace mammo {
namespace {

using Inputs = std::vector<TensorSpec>;

// Window arithmetic stays far from the ends of 64 bits while no size or option is above this.
constexpr std::int64_t largest_size = std::numeric_limits<std::int32_t>::max();

// The tensors of one operation, with messages that name it.
class Checker {
 public:
  Checker(std::string_view operation, const Inputs& inputs) : operation_(operation), inputs_(inputs) {}

  template <class E, class... Parts>
  void require(bool condition, const Parts&... parts) const {
    if (!condition) throw E(concat(operation_, ": ", parts...));
  }

  void count(std::size_t expected) const {
    require<ArgumentError>(inputs_.size() == expected, inputs_.size(), " tensors, expected ", expected);
  }

  const TensorSpec& defined(std::size_t i, std::string_view what) const {
    require<ArgumentError>(inputs_[i].defined, what, " is undefined");
    return inputs_[i];
  }

  const TensorSpec& floating(std::size_t i, std::string_view what) const {
    const TensorSpec& spec = defined(i, what);
    require<TypeError>(is_floating(spec.dtype), what, " of ", spec.dtype, ", expected a floating dtype");
    return spec;
  }

  const TensorSpec& picture(std::size_t i, std::string_view what) const {
    const TensorSpec& spec = floating(i, what);
    require<ShapeError>(spec.shape.rank() == 4, what, " ", spec.shape, ", expected [N, C, H, W]");
    return spec;
  }

  void same_dtype(std::size_t i, std::string_view what, const TensorSpec& as) const {
    require<TypeError>(inputs_[i].dtype == as.dtype, what, " of ", inputs_[i].dtype, ", expected ", as.dtype);
  }

  void shape(std::size_t i, std::string_view what, const Shape& expected) const {
    require<ShapeError>(inputs_[i].shape == expected, what, " ", inputs_[i].shape, ", expected ", expected);
  }

  // A tensor beside the first one: same dtype, a shape known beforehand.
  void companion(std::size_t i, std::string_view what, const TensorSpec& first, const Shape& expected) const {
    defined(i, what);
    same_dtype(i, what, first);
    shape(i, what, expected);
  }

  void optional_companion(std::size_t i, std::string_view what, const TensorSpec& first,
                          const Shape& expected) const {
    if (inputs_[i].defined) companion(i, what, first, expected);
  }

  void in_range(std::string_view what, Size2d value, std::int64_t least) const {
    const auto fits = [&](std::int64_t v) { return v >= least && v <= largest_size; };
    require<ArgumentError>(fits(value.height) && fits(value.width), what, " ", value.height, " x ",
                           value.width, ", expected ", least, " to ", largest_size);
  }

  void dimension(int dim, int rank) const {
    require<ShapeError>(dim >= 0 && dim < rank, "dimension ", dim, " of rank ", rank, ", expected 0 to ",
                        rank - 1);
  }

  // Positions of a window of `kernel` taps, `dilation` apart, along a padded axis.
  std::int64_t windows(std::string_view axis, std::int64_t size, std::int64_t kernel, std::int64_t stride,
                       std::int64_t padding, std::int64_t dilation) const {
    require<ShapeError>(size <= largest_size, axis, " ", size, ", expected at most ", largest_size);
    require<ShapeError>(kernel >= 1 && kernel <= largest_size, "kernel ", axis, " ", kernel,
                        ", expected 1 to ", largest_size);
    const std::int64_t reach = dilation * (kernel - 1) + 1;
    const std::int64_t padded = size + 2 * padding;
    require<ShapeError>(size >= 1 && reach <= padded, axis, " ", size, " with padding ", padding,
                        " is smaller than a kernel of ", kernel, " with dilation ", dilation, " (", reach,
                        ")");
    return (padded - reach) / stride + 1;
  }

  std::size_t size() const { return inputs_.size(); }

 private:
  std::string_view operation_;
  const Inputs& inputs_;
};

TensorSpec output(const Shape& shape, DType dtype) {
  // Fails here, by name, where the elements cannot be counted.
  numel(shape);
  return {.shape = shape, .dtype = dtype};
}

Inputs infer(const Conv2d& op, const Checker& check) {
  check.count(4);
  const TensorSpec& x = check.picture(0, "x");
  const TensorSpec& w = check.picture(1, "weight");
  check.same_dtype(1, "weight", x);
  check.in_range("stride", op.stride, 1);
  check.in_range("padding", op.padding, 0);
  check.in_range("dilation", op.dilation, 1);
  const std::int64_t channels = x.shape[1];
  const std::int64_t features = w.shape[0];
  check.require<ArgumentError>(op.groups >= 1, "groups ", op.groups, ", expected at least 1");
  check.require<ShapeError>(channels >= 1 && channels % op.groups == 0, "x ", x.shape, " has ", channels,
                            " channels, expected a positive multiple of groups ", op.groups);
  check.require<ShapeError>(features >= 1 && features % op.groups == 0, "weight ", w.shape, " has ", features,
                            " outputs, expected a positive multiple of groups ", op.groups);
  check.require<ShapeError>(w.shape[1] == channels / op.groups, "weight ", w.shape, " for x ", x.shape,
                            " and groups ", op.groups, ", expected ", channels / op.groups,
                            " channels in dimension 1");
  const std::int64_t height = check.windows("height", x.shape[2], w.shape[2], op.stride.height,
                                            op.padding.height, op.dilation.height);
  const std::int64_t width =
      check.windows("width", x.shape[3], w.shape[3], op.stride.width, op.padding.width, op.dilation.width);
  const Shape result{x.shape[0], features, height, width};
  check.optional_companion(2, "bias", x, {features});
  check.optional_companion(3, "residual", x, result);
  return {output(result, x.dtype)};
}

Inputs infer(const BatchNorm& op, const Checker& check) {
  check.count(5);
  const TensorSpec& x = check.picture(0, "x");
  const Shape channels{x.shape[1]};
  check.companion(1, "mean", x, channels);
  check.companion(2, "var", x, channels);
  check.companion(3, "weight", x, channels);
  check.companion(4, "bias", x, channels);
  check.require<ArgumentError>(std::isfinite(op.eps) && op.eps >= 0, "eps ", op.eps,
                               ", expected a finite number of at least 0");
  return {output(x.shape, x.dtype)};
}

Inputs infer(const Pool2d& op, const Checker& check) {
  check.count(1);
  const TensorSpec& x = check.picture(0, "x");
  check.in_range("kernel", op.kernel, 1);
  check.in_range("stride", op.stride, 1);
  check.in_range("padding", op.padding, 0);
  check.in_range("dilation", op.dilation, 1);
  check.require<ShapeError>(op.padding.height <= op.kernel.height / 2 &&
                                op.padding.width <= op.kernel.width / 2,
                            "padding ", op.padding.height, " x ", op.padding.width,
                            ", expected at most half the kernel ", op.kernel.height, " x ", op.kernel.width);
  const std::int64_t height = check.windows("height", x.shape[2], op.kernel.height, op.stride.height,
                                            op.padding.height, op.dilation.height);
  const std::int64_t width = check.windows("width", x.shape[3], op.kernel.width, op.stride.width,
                                           op.padding.width, op.dilation.width);
  return {output({x.shape[0], x.shape[1], height, width}, x.dtype)};
}

// Operations whose output rows and columns are picked by size.
Inputs infer_resized(const Size2d& size, const Checker& check) {
  check.count(1);
  const TensorSpec& x = check.picture(0, "x");
  check.in_range("output", size, 1);
  check.in_range("input", Size2d(x.shape[2], x.shape[3]), 1);
  return {output({x.shape[0], x.shape[1], size.height, size.width}, x.dtype)};
}

Inputs infer(const AdaptivePool2d& op, const Checker& check) {
  return infer_resized(op.output, check);
}

Inputs infer(const Interpolate2d& op, const Checker& check) {
  check.require<ArgumentError>(op.mode == Interpolation::bilinear || !op.align_corners,
                               "align_corners, which only bilinear has");
  return infer_resized(op.output, check);
}

Inputs infer(const Linear&, const Checker& check) {
  check.count(3);
  const TensorSpec& x = check.floating(0, "x");
  const TensorSpec& w = check.floating(1, "weight");
  check.same_dtype(1, "weight", x);
  check.require<ShapeError>(x.shape.rank() >= 1, "x ", x.shape, ", expected [..., I]");
  check.require<ShapeError>(w.shape.rank() == 2 && w.shape[1] == x.shape[-1], "weight ", w.shape,
                            ", expected [O, ", x.shape[-1], "] for x ", x.shape);
  check.optional_companion(2, "bias", x, {w.shape[0]});
  Shape result = x.shape;
  result[-1] = w.shape[0];
  return {output(result, x.dtype)};
}

Inputs infer(const Concat& op, const Checker& check) {
  check.require<ArgumentError>(check.size() >= 1, "no tensors, expected at least one");
  const TensorSpec& first = check.defined(0, "tensor 0");
  check.dimension(op.dim, first.shape.rank());
  Shape result = first.shape;
  for (std::size_t i = 1; i < check.size(); ++i) {
    const std::string what = concat("tensor ", i);
    const TensorSpec& next = check.defined(i, what);
    check.same_dtype(i, what, first);
    Shape expected = first.shape;
    if (next.shape.rank() == expected.rank()) expected[op.dim] = next.shape[op.dim];
    check.require<ShapeError>(next.shape == expected, what, " ", next.shape, ", expected ", first.shape,
                              " but for dimension ", op.dim);
    check.require<ShapeError>(!__builtin_add_overflow(result[op.dim], next.shape[op.dim], &result[op.dim]),
                              "dimension ", op.dim, " has more elements than 63 bits count");
  }
  return {output(result, first.dtype)};
}

Inputs infer(const Pad& op, const Checker& check) {
  check.count(1);
  const TensorSpec& x = check.defined(0, "x");
  check.require<ShapeError>(op.before.rank() == x.shape.rank() && op.after.rank() == x.shape.rank(),
                            "before ", op.before, " and after ", op.after, " for x ", x.shape,
                            ", expected one number a dimension");
  Shape result = x.shape;
  for (int d = 0; d < x.shape.rank(); ++d) {
    const auto fits = [](std::int64_t v) { return v >= 0 && v <= largest_size; };
    check.require<ArgumentError>(fits(op.before[d]) && fits(op.after[d]), "before ", op.before, " and after ",
                                 op.after, ", expected 0 to ", largest_size);
    check.require<ShapeError>(!__builtin_add_overflow(result[d], op.before[d] + op.after[d], &result[d]),
                              "dimension ", d, " has more elements than 63 bits count");
  }
  return {output(result, x.dtype)};
}

Inputs infer(const Unary&, const Checker& check) {
  check.count(1);
  const TensorSpec& x = check.floating(0, "x");
  return {output(x.shape, x.dtype)};
}

Inputs infer(const Binary&, const Checker& check) {
  check.count(2);
  const TensorSpec& a = check.floating(0, "a");
  const TensorSpec& b = check.floating(1, "b");
  check.same_dtype(1, "b", a);
  try {
    return {output(broadcast(a.shape, b.shape), a.dtype)};
  } catch (const ShapeError& error) {
    throw ShapeError(concat(Binary::name, ": ", error.what()));
  }
}

Inputs infer(const Reduce& op, const Checker& check) {
  check.count(1);
  const TensorSpec& x = check.floating(0, "x");
  Shape result = x.shape;
  bool nothing = false;
  std::int64_t last = -1;
  for (const std::int64_t d : op.dims) {
    check.require<ShapeError>(d > last && d < x.shape.rank(), "dimensions ", op.dims, " of ", x.shape,
                              ", expected each once, ascending, 0 to ", x.shape.rank() - 1);
    last = d;
    nothing = nothing || x.shape[static_cast<int>(d)] == 0;
    result[static_cast<int>(d)] = 1;
  }
  check.require<ShapeError>(op.kind == ReduceKind::sum || !nothing, "dimensions ", op.dims, " of ", x.shape,
                            " hold nothing, which only a sum takes");
  if (op.keep_dims) return {output(result, x.dtype)};
  Shape left;
  for (int d = 0; d < x.shape.rank(); ++d) {
    if (std::ranges::find(op.dims, d) == op.dims.end()) left.push_back(x.shape[d]);
  }
  return {output(left, x.dtype)};
}

Inputs infer(const Softmax& op, const Checker& check) {
  check.count(1);
  const TensorSpec& x = check.floating(0, "x");
  check.dimension(op.dim, x.shape.rank());
  return {output(x.shape, x.dtype)};
}

Inputs infer(const TopK& op, const Checker& check) {
  check.count(1);
  const TensorSpec& x = check.floating(0, "x");
  check.require<ShapeError>(x.shape.rank() >= 1, "x ", x.shape, ", expected [..., N]");
  check.require<ArgumentError>(op.k >= 0 && op.k <= x.shape[-1], "k ", op.k, " of x ", x.shape,
                               ", expected 0 to ", x.shape[-1]);
  Shape result = x.shape;
  result[-1] = op.k;
  return {output(result, x.dtype), output(result, DType::i64)};
}

const TensorSpec& boxes(const Checker& check, std::string_view what) {
  const TensorSpec& spec = check.floating(0, what);
  check.require<ShapeError>(spec.shape.rank() == 2 && spec.shape[1] == 4, what, " ", spec.shape,
                            ", expected [N, 4]");
  return spec;
}

Inputs infer(const BoxDecode& op, const Checker& check) {
  check.count(2);
  const TensorSpec& deltas = boxes(check, "deltas");
  check.companion(1, "anchors", deltas, deltas.shape);
  for (const double weight : op.weights) {
    check.require<ArgumentError>(std::isfinite(weight) && weight != 0, "weight ", weight,
                                 ", expected a finite number other than 0");
  }
  check.require<ArgumentError>(!std::isnan(op.clip), "clip ", op.clip, ", expected a number");
  return {output(deltas.shape, deltas.dtype)};
}

Inputs infer(const Nms& op, const Checker& check) {
  check.count(2);
  const TensorSpec& all = boxes(check, "boxes");
  check.companion(1, "scores", all, {all.shape[0]});
  check.require<ArgumentError>(op.iou_threshold >= 0 && op.iou_threshold <= 1, "IoU threshold ",
                               op.iou_threshold, ", expected 0 to 1");
  check.require<ArgumentError>(op.max_output >= 0, "max_output ", op.max_output, ", expected at least 0");
  return {output({all.shape[0]}, DType::i64), output({1}, DType::i64)};
}

} // namespace

std::vector<TensorSpec> infer_outputs(const Operation& operation, const std::vector<TensorSpec>& inputs) {
  for (const TensorSpec& input : inputs) {
    if (input.defined) storage_numel(input.shape, input.layout);
  }
  const Checker check(name(operation), inputs);
  return std::visit([&](const auto& op) { return infer(op, check); }, operation);
}

} // namespace mammo
