#include "backend/infer/checker.hpp"

namespace mammo::infer {

namespace {

// What the options of a convolution and the shapes around it must fulfil; the result is [N, O, OH, OW].
template <class Op>
Shape convolved(const Op& op, const Checker& check, const Shape& x, const Shape& w) {
  check.in_range("stride", op.stride, 1);
  check.in_range("padding", op.padding, 0);
  check.in_range("dilation", op.dilation, 1);
  const std::int64_t channels = x[1];
  const std::int64_t features = w[0];
  check.require<ArgumentError>(op.groups >= 1, "groups ", op.groups, ", expected at least 1");
  check.require<ShapeError>(channels >= 1 && channels % op.groups == 0, "x ", x, " has ", channels,
                            " channels, expected a positive multiple of groups ", op.groups);
  check.require<ShapeError>(features >= 1 && features % op.groups == 0, "weight ", w, " has ", features,
                            " outputs, expected a positive multiple of groups ", op.groups);
  check.require<ShapeError>(w[1] == channels / op.groups, "weight ", w, " for x ", x, " and groups ",
                            op.groups, ", expected ", channels / op.groups, " channels in dimension 1");
  const std::int64_t height =
      check.windows("height", x[2], w[2], op.stride.height, op.padding.height, op.dilation.height);
  const std::int64_t width =
      check.windows("width", x[3], w[3], op.stride.width, op.padding.width, op.dilation.width);
  return {x[0], features, height, width};
}

} // namespace

Specs outputs_of(const Conv2d& op, const Checker& check) {
  check.count(4);
  const TensorSpec& x = check.picture(0, "x");
  const TensorSpec& w = check.picture(1, "weight");
  check.same_dtype(1, "weight", x);
  const Shape result = convolved(op, check, x.shape, w.shape);
  check.optional_companion(2, "bias", x, {w.shape[0]});
  check.optional_companion(3, "residual", x, result);
  return {output(result, x.dtype)};
}

Specs outputs_of(const ConvTranspose2d& op, const Checker& check) {
  check.count(3);
  const TensorSpec& x = check.picture(0, "x");
  const TensorSpec& w = check.picture(1, "weight");
  check.same_dtype(1, "weight", x);
  check.in_range("output", op.output, 1);
  check.require<ArgumentError>(op.groups >= 1 && op.groups <= largest_size, "groups ", op.groups,
                               ", expected 1 to ", largest_size);
  check.require<ShapeError>(w.shape[1] <= largest_size, "weight ", w.shape, ", expected at most ",
                            largest_size, " channels in dimension 1");
  const Shape result{x.shape[0], w.shape[1] * op.groups, op.output.height, op.output.width};
  const Shape expected = convolved(op, check, result, w.shape);
  check.require<ShapeError>(x.shape == expected, "x ", x.shape, " for an output of ", op.output.height, " x ",
                            op.output.width, ", expected ", expected);
  check.optional_companion(2, "bias", x, {result[1]});
  return {output(result, x.dtype)};
}

Specs outputs_of(const ConvWeightGradient& op, const Checker& check) {
  check.count(2);
  const TensorSpec& x = check.picture(0, "x");
  const TensorSpec& g = check.picture(1, "g");
  check.same_dtype(1, "g", x);
  check.require<ArgumentError>(op.groups >= 1, "groups ", op.groups, ", expected at least 1");
  const Shape w{g.shape[1], x.shape[1] / op.groups, op.kernel.height, op.kernel.width};
  check.shape(1, "g", convolved(op, check, x.shape, w));
  Specs results{output(w, x.dtype)};
  if (op.bias) results.push_back(output({w[0]}, x.dtype));
  return results;
}

Specs outputs_of(const Linear&, const Checker& check) {
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

Specs outputs_of(const MatMul& op, const Checker& check) {
  check.count(2);
  const TensorSpec& a = check.floating(0, "a");
  const TensorSpec& b = check.floating(1, "b");
  check.same_dtype(1, "b", a);
  const int rank = a.shape.rank();
  check.require<ShapeError>(rank >= 2 && b.shape.rank() == rank, "a ", a.shape, " and b ", b.shape,
                            ", expected one rank of at least 2");
  for (int d = 0; d < rank - 2; ++d) {
    check.require<ShapeError>(a.shape[d] == b.shape[d], "a ", a.shape, " and b ", b.shape,
                              ", expected equal leading dimensions");
  }
  const std::int64_t inner_a = a.shape[op.transpose_a ? -2 : -1];
  const std::int64_t inner_b = b.shape[op.transpose_b ? -1 : -2];
  check.require<ShapeError>(inner_a == inner_b, "a ", a.shape, " and b ", b.shape, ": ", inner_a, " against ",
                            inner_b, " in the sum");
  Shape result = a.shape;
  result[-2] = a.shape[op.transpose_a ? -1 : -2];
  result[-1] = b.shape[op.transpose_b ? -2 : -1];
  return {output(result, a.dtype)};
}

} // namespace mammo::infer
