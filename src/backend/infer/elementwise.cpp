#include "backend/infer/checker.hpp"

namespace mammo::infer {

namespace {

// The broadcast shape of a and b, of one floating dtype.
Shape joined(std::string_view operation, const Checker& check) {
  const TensorSpec& a = check.floating(0, "a");
  const TensorSpec& b = check.floating(1, "b");
  check.same_dtype(1, "b", a);
  try {
    return broadcast(a.shape, b.shape);
  } catch (const ShapeError& error) {
    throw ShapeError(concat(operation, ": ", error.what()));
  }
}

} // namespace

Specs outputs_of(const Unary&, const Checker& check) {
  check.count(1);
  const TensorSpec& x = check.floating(0, "x");
  return {output(x.shape, x.dtype)};
}

Specs outputs_of(const UnaryGradient&, const Checker& check) {
  check.count(2);
  const TensorSpec& v = check.floating(0, "v");
  check.companion(1, "g", v, v.shape);
  return {output(v.shape, v.dtype)};
}

Specs outputs_of(const Binary&, const Checker& check) {
  check.count(2);
  return {output(joined(Binary::name, check), check.floating(0, "a").dtype)};
}

Specs outputs_of(const ExtremeGradient& op, const Checker& check) {
  check.count(3);
  check.require<ArgumentError>(op.kind == BinaryKind::maximum || op.kind == BinaryKind::minimum,
                               "expected a maximum or a minimum");
  const Shape result = joined(ExtremeGradient::name, check);
  const TensorSpec& a = check.floating(0, "a");
  check.companion(2, "g", a, result);
  return {output(result, a.dtype)};
}

Specs outputs_of(const Dropout& op, const Checker& check) {
  check.count(2);
  const TensorSpec& x = check.floating(0, "x");
  check.integers(1, "seed");
  check.shape(1, "seed", {2});
  check.require<ArgumentError>(op.probability >= 0 && op.probability < 1, "probability ", op.probability,
                               ", expected at least 0 and below 1");
  return {output(x.shape, x.dtype)};
}

} // namespace mammo::infer
