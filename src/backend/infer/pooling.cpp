#include "backend/infer/checker.hpp"

namespace mammo::infer {

namespace {

// Checks a pooling's options and gives what it makes of a picture.
Shape pooled(const Pool2d& op, const Checker& check, const Shape& x) {
  check.in_range("kernel", op.kernel, 1);
  check.in_range("stride", op.stride, 1);
  check.in_range("padding", op.padding, 0);
  check.in_range("dilation", op.dilation, 1);
  check.require<ShapeError>(op.padding.height <= op.kernel.height / 2 &&
                                op.padding.width <= op.kernel.width / 2,
                            "padding ", op.padding.height, " x ", op.padding.width,
                            ", expected at most half the kernel ", op.kernel.height, " x ", op.kernel.width);
  const std::int64_t height = check.windows("height", x[2], op.kernel.height, op.stride.height,
                                            op.padding.height, op.dilation.height);
  const std::int64_t width =
      check.windows("width", x[3], op.kernel.width, op.stride.width, op.padding.width, op.dilation.width);
  return {x[0], x[1], height, width};
}

// x where the operation looks at it, else undefined; the gradient of either has its shape.
Shape pooled_from(const Checker& check, PoolKind kind, const TensorSpec& g, Size2d input) {
  check.in_range("input", input, 1);
  const Shape x{g.shape[0], g.shape[1], input.height, input.width};
  if (kind == PoolKind::max) check.companion(0, "x", g, x);
  return x;
}

// Operations whose output rows and columns are picked by size.
Specs resized(const Size2d& size, const Checker& check) {
  check.count(1);
  const TensorSpec& x = check.picture(0, "x");
  check.in_range("output", size, 1);
  check.in_range("input", Size2d(x.shape[2], x.shape[3]), 1);
  return {output({x.shape[0], x.shape[1], size.height, size.width}, x.dtype)};
}

} // namespace

Specs outputs_of(const Pool2d& op, const Checker& check) {
  check.count(1);
  const TensorSpec& x = check.picture(0, "x");
  return {output(pooled(op, check, x.shape), x.dtype)};
}

Specs outputs_of(const Pool2dGradient& op, const Checker& check) {
  check.count(2);
  const TensorSpec& g = check.picture(1, "g");
  const Shape x = pooled_from(check, op.pool.kind, g, op.input);
  check.shape(1, "g", pooled(op.pool, check, x));
  return {output(x, g.dtype)};
}

Specs outputs_of(const AdaptivePool2d& op, const Checker& check) {
  return resized(op.output, check);
}

Specs outputs_of(const AdaptivePool2dGradient& op, const Checker& check) {
  check.count(2);
  const TensorSpec& g = check.picture(1, "g");
  check.in_range("output", Size2d(g.shape[2], g.shape[3]), 1);
  return {output(pooled_from(check, op.kind, g, op.input), g.dtype)};
}

Specs outputs_of(const Interpolate2d& op, const Checker& check) {
  check.require<ArgumentError>(op.mode == Interpolation::bilinear || !op.align_corners,
                               "align_corners, which only bilinear has");
  return resized(op.output, check);
}

Specs outputs_of(const Interpolate2dGradient& op, const Checker& check) {
  check.require<ArgumentError>(op.mode == Interpolation::bilinear || !op.align_corners,
                               "align_corners, which only bilinear has");
  return resized(op.input, check);
}

} // namespace mammo::infer
