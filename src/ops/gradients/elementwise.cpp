#include "mammo/backend/dispatch.hpp"
#include "ops/gradients/rules.hpp"

#include <array>

namespace mammo::gradients {
namespace {

Tensor negative(const Tensor& t) {
  return dispatch_one(Unary{.kind = UnaryKind::neg}, std::array{t});
}

bool is_extreme(BinaryKind kind) {
  return kind == BinaryKind::maximum || kind == BinaryKind::minimum;
}

} // namespace

Tensor combined(BinaryKind kind, const Tensor& a, const Tensor& b) {
  return dispatch_one(Binary{.kind = kind}, std::array{a, b});
}

Tensor channel_sums(const Tensor& picture) {
  return dispatch_one(Reduce{.kind = ReduceKind::sum, .dims = {0, 2, 3}}, std::array{picture});
}

Tensor before(Activation activation, const Tensor& y, const Tensor& gradient) {
  if (activation == Activation::none) return gradient;
  return dispatch_one(UnaryGradient{.kind = UnaryKind::relu}, std::array{y, gradient});
}

Tensor summed_to(const Tensor& gradient, const Shape& shape) {
  if (gradient.shape() == shape) return gradient;
  Dims repeated;
  const int extra = gradient.rank() - shape.rank();
  for (int d = 0; d < gradient.rank(); ++d) {
    if (d < extra || (shape[d - extra] == 1 && gradient.shape()[d] != 1)) repeated.push_back(d);
  }
  const Tensor sum = dispatch_one(Reduce{.kind = ReduceKind::sum, .dims = repeated, .keep_dims = true},
                                  std::array{gradient});
  return sum.plain().reshape(shape);
}

Kept keeps(const Unary& op, const Wanted&) {
  if (op.kind == UnaryKind::neg) return {};
  return gradient_from_result(op.kind) ? Kept{.inputs = {}, .outputs = {0}}
                                       : Kept{.inputs = {0}, .outputs = {}};
}

Gradients gradient(const Unary& op, const Recorded& r) {
  if (op.kind == UnaryKind::neg) return {negative(r.gradient)};
  const Tensor& value = gradient_from_result(op.kind) ? r.outputs[0] : r.inputs[0];
  return {dispatch_one(UnaryGradient{.kind = op.kind}, std::array{value, r.gradient})};
}

Kept keeps(const Binary& op, const Wanted& wanted) {
  Kept kept;
  if (op.activation != Activation::none) kept.outputs.insert(0);
  const bool by_other = op.kind == BinaryKind::multiply || op.kind == BinaryKind::divide;
  if (is_extreme(op.kind) || (by_other && wanted[0])) kept.inputs.insert(1);
  if (is_extreme(op.kind) || (by_other && wanted[1])) kept.inputs.insert(0);
  if (op.kind == BinaryKind::divide) kept.inputs.insert(1);
  return kept;
}

Gradients gradient(const Binary& op, const Recorded& r) {
  const Tensor g = before(op.activation, r.outputs[0], r.gradient);
  const Tensor& a = r.inputs[0];
  const Tensor& b = r.inputs[1];
  const auto of_first = [&]() -> Tensor {
    if (op.kind == BinaryKind::multiply) return combined(BinaryKind::multiply, g, b);
    if (op.kind == BinaryKind::divide) return combined(BinaryKind::divide, g, b);
    if (is_extreme(op.kind)) return dispatch_one(ExtremeGradient{.kind = op.kind}, std::array{a, b, g});
    return g;
  };
  const auto of_second = [&]() -> Tensor {
    if (op.kind == BinaryKind::subtract) return negative(g);
    if (op.kind == BinaryKind::multiply) return combined(BinaryKind::multiply, g, a);
    if (op.kind == BinaryKind::divide) {
      // d (a / b) / d b = -(a / b) / b
      const Tensor quotient = combined(BinaryKind::divide, a, b);
      return negative(combined(BinaryKind::multiply, g, combined(BinaryKind::divide, quotient, b)));
    }
    if (is_extreme(op.kind)) return dispatch_one(ExtremeGradient{.kind = op.kind}, std::array{b, a, g});
    return g;
  };
  Gradients result(2);
  if (r.wanted[0]) result[0] = summed_to(of_first(), r.shapes[0]);
  if (r.wanted[1]) result[1] = summed_to(of_second(), r.shapes[1]);
  return result;
}

Kept keeps(const Dropout&, const Wanted&) {
  return {.inputs = {1}, .outputs = {}};
}

// The same elements are dropped again.
Gradients gradient(const Dropout& op, const Recorded& r) {
  return {dispatch_one(op, std::array{r.gradient, r.inputs[1]}), Tensor()};
}

} // namespace mammo::gradients
