#include "backend/infer/checker.hpp"

#include <algorithm>

namespace mammo::infer {

namespace {

// x with the dimensions `dims` of size 1, which must be named once each, in order.
Shape kept(const Checker& check, const Shape& x, const Dims& dims) {
  Shape result = x;
  std::int64_t last = -1;
  for (const std::int64_t d : dims) {
    check.require<ShapeError>(d > last && d < x.rank(), "dimensions ", dims, " of ", x,
                              ", expected each once, ascending, 0 to ", x.rank() - 1);
    last = d;
    result[static_cast<int>(d)] = 1;
  }
  return result;
}

} // namespace

Specs outputs_of(const Reduce& op, const Checker& check) {
  check.count(1);
  const TensorSpec& x = check.floating(0, "x");
  const Shape result = kept(check, x.shape, op.dims);
  const bool nothing =
      std::ranges::any_of(op.dims, [&](std::int64_t d) { return x.shape[static_cast<int>(d)] == 0; });
  check.require<ShapeError>(op.kind == ReduceKind::sum || !nothing, "dimensions ", op.dims, " of ", x.shape,
                            " hold nothing, which only a sum takes");
  if (op.keep_dims) return {output(result, x.dtype)};
  Shape left;
  for (int d = 0; d < x.shape.rank(); ++d) {
    if (std::ranges::find(op.dims, d) == op.dims.end()) left.push_back(x.shape[d]);
  }
  return {output(left, x.dtype)};
}

Specs outputs_of(const ReduceGradient& op, const Checker& check) {
  check.count(3);
  const TensorSpec& x = check.floating(0, "x");
  const Shape result = kept(check, x.shape, op.dims);
  check.companion(1, "y", x, result);
  check.companion(2, "g", x, result);
  return {output(x.shape, x.dtype)};
}

Specs outputs_of(const ArgMax& op, const Checker& check) {
  check.count(1);
  const TensorSpec& x = check.floating(0, "x");
  check.dimension(op.dim, x.shape.rank());
  check.require<ShapeError>(x.shape[op.dim] >= 1, "dimension ", op.dim, " of ", x.shape, " holds nothing");
  Shape result;
  for (int d = 0; d < x.shape.rank(); ++d) {
    if (d != op.dim) result.push_back(x.shape[d]);
  }
  return {output(result, DType::i64)};
}

Specs outputs_of(const TopK& op, const Checker& check) {
  check.count(1);
  const TensorSpec& x = check.floating(0, "x");
  check.require<ShapeError>(x.shape.rank() >= 1, "x ", x.shape, ", expected [..., N]");
  check.require<ArgumentError>(op.k >= 0 && op.k <= x.shape[-1], "k ", op.k, " of x ", x.shape,
                               ", expected 0 to ", x.shape[-1]);
  Shape result = x.shape;
  result[-1] = op.k;
  return {output(result, x.dtype), output(result, DType::i64)};
}

} // namespace mammo::infer
