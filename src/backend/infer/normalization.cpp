#include "backend/infer/checker.hpp"

#include <cmath>
#include <span>

namespace mammo::infer {

namespace {

void check_eps(const Checker& check, double eps) {
  check.require<ArgumentError>(std::isfinite(eps) && eps >= 0, "eps ", eps,
                               ", expected a finite number of at least 0");
}

void check_statistics(const Checker& check, std::int64_t count) {
  check.require<ShapeError>(count >= 1, "nothing to take statistics of");
}

// x of GroupNorm and its gradient; the statistics are [N, groups].
const TensorSpec& grouped(const Checker& check, std::int64_t groups) {
  const TensorSpec& x = check.floating(0, "x");
  check.require<ShapeError>(x.shape.rank() >= 2, "x ", x.shape, ", expected [N, C, ...]");
  check.require<ShapeError>(groups >= 1 && x.shape[1] >= 1 && x.shape[1] % groups == 0, "x ", x.shape, " in ",
                            groups, " groups, expected a positive multiple of channels");
  for (int d = 2; d < x.shape.rank(); ++d) check_statistics(check, x.shape[d]);
  return x;
}

// x of LayerNorm and its gradient.
const TensorSpec& layered(const Checker& check) {
  const TensorSpec& x = check.floating(0, "x");
  check.require<ShapeError>(x.shape.rank() >= 1 && x.shape[-1] >= 1, "x ", x.shape,
                            ", expected [..., D] with D of at least 1");
  return x;
}

Shape without_last(const Shape& shape) {
  return Shape(std::span(shape.begin(), shape.end() - 1));
}

} // namespace

Specs outputs_of(const BatchNorm& op, const Checker& check) {
  check.count(5);
  const TensorSpec& x = check.picture(0, "x");
  const Shape channels{x.shape[1]};
  check.companion(1, "mean", x, channels);
  check.companion(2, "var", x, channels);
  check.companion(3, "weight", x, channels);
  check.companion(4, "bias", x, channels);
  check_eps(check, op.eps);
  return {output(x.shape, x.dtype)};
}

Specs outputs_of(const BatchNormTraining& op, const Checker& check) {
  check.count(4);
  const TensorSpec& x = check.picture(0, "x");
  const Shape channels{x.shape[1]};
  check.companion(1, "weight", x, channels);
  check.companion(2, "bias", x, channels);
  check.optional_companion(3, "residual", x, x.shape);
  check_eps(check, op.eps);
  check_statistics(check, x.shape[0] * x.shape[2] * x.shape[3]);
  return {output(x.shape, x.dtype), output(channels, x.dtype), output(channels, x.dtype)};
}

Specs outputs_of(const BatchNormGradient& op, const Checker& check) {
  check.count(6);
  const TensorSpec& x = check.picture(0, "x");
  const Shape channels{x.shape[1]};
  if (op.activation != Activation::none) check.companion(1, "y", x, x.shape);
  check.companion(2, "mean", x, channels);
  check.companion(3, "var", x, channels);
  check.companion(4, "weight", x, channels);
  check.companion(5, "g", x, x.shape);
  check_eps(check, op.eps);
  check_statistics(check, x.shape[0] * x.shape[2] * x.shape[3]);
  Specs results{output(x.shape, x.dtype), output(channels, x.dtype), output(channels, x.dtype)};
  if (op.residual) results.push_back(output(x.shape, x.dtype));
  return results;
}

Specs outputs_of(const GroupNorm& op, const Checker& check) {
  check.count(3);
  const TensorSpec& x = grouped(check, op.groups);
  check.companion(1, "weight", x, {x.shape[1]});
  check.companion(2, "bias", x, {x.shape[1]});
  check_eps(check, op.eps);
  const Shape statistics{x.shape[0], op.groups};
  return {output(x.shape, x.dtype), output(statistics, x.dtype), output(statistics, x.dtype)};
}

Specs outputs_of(const GroupNormGradient& op, const Checker& check) {
  check.count(5);
  const TensorSpec& x = grouped(check, op.groups);
  const Shape statistics{x.shape[0], op.groups};
  check.companion(1, "mean", x, statistics);
  check.companion(2, "rstd", x, statistics);
  check.companion(3, "weight", x, {x.shape[1]});
  check.companion(4, "g", x, x.shape);
  return {output(x.shape, x.dtype), output({x.shape[1]}, x.dtype), output({x.shape[1]}, x.dtype)};
}

Specs outputs_of(const LayerNorm& op, const Checker& check) {
  check.count(3);
  const TensorSpec& x = layered(check);
  check.companion(1, "weight", x, {x.shape[-1]});
  check.companion(2, "bias", x, {x.shape[-1]});
  check_eps(check, op.eps);
  const Shape rows = without_last(x.shape);
  return {output(x.shape, x.dtype), output(rows, x.dtype), output(rows, x.dtype)};
}

Specs outputs_of(const LayerNormGradient&, const Checker& check) {
  check.count(5);
  const TensorSpec& x = layered(check);
  const Shape rows = without_last(x.shape);
  check.companion(1, "mean", x, rows);
  check.companion(2, "rstd", x, rows);
  check.companion(3, "weight", x, {x.shape[-1]});
  check.companion(4, "g", x, x.shape);
  return {output(x.shape, x.dtype), output({x.shape[-1]}, x.dtype), output({x.shape[-1]}, x.dtype)};
}

Specs outputs_of(const Softmax& op, const Checker& check) {
  check.count(1);
  const TensorSpec& x = check.floating(0, "x");
  check.dimension(op.dim, x.shape.rank());
  return {output(x.shape, x.dtype)};
}

Specs outputs_of(const SoftmaxGradient& op, const Checker& check) {
  check.count(2);
  const TensorSpec& y = check.floating(0, "y");
  check.companion(1, "g", y, y.shape);
  check.dimension(op.dim, y.shape.rank());
  return {output(y.shape, y.dtype)};
}

} // namespace mammo::infer
