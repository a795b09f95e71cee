#include "mammo/ops/elementwise.hpp"

#include "mammo/ops/evaluate.hpp"

#include <array>

namespace mammo {
namespace {

Tensor binary(BinaryKind kind, const Tensor& a, const Tensor& b) {
  return evaluate_one(Binary{.kind = kind}, std::array{a, b});
}

Tensor unary(UnaryKind kind, const Tensor& x) {
  return evaluate_one(Unary{.kind = kind}, std::array{x});
}

} // namespace

Tensor add(const Tensor& a, const Tensor& b) {
  return binary(BinaryKind::add, a, b);
}
Tensor subtract(const Tensor& a, const Tensor& b) {
  return binary(BinaryKind::subtract, a, b);
}
Tensor multiply(const Tensor& a, const Tensor& b) {
  return binary(BinaryKind::multiply, a, b);
}
Tensor divide(const Tensor& a, const Tensor& b) {
  return binary(BinaryKind::divide, a, b);
}
Tensor maximum(const Tensor& a, const Tensor& b) {
  return binary(BinaryKind::maximum, a, b);
}
Tensor minimum(const Tensor& a, const Tensor& b) {
  return binary(BinaryKind::minimum, a, b);
}

Tensor relu(const Tensor& x) {
  return unary(UnaryKind::relu, x);
}
Tensor sigmoid(const Tensor& x) {
  return unary(UnaryKind::sigmoid, x);
}
Tensor exp(const Tensor& x) {
  return unary(UnaryKind::exp, x);
}
Tensor log(const Tensor& x) {
  return unary(UnaryKind::log, x);
}
Tensor sqrt(const Tensor& x) {
  return unary(UnaryKind::sqrt, x);
}
Tensor neg(const Tensor& x) {
  return unary(UnaryKind::neg, x);
}
Tensor abs(const Tensor& x) {
  return unary(UnaryKind::abs, x);
}
Tensor tanh(const Tensor& x) {
  return unary(UnaryKind::tanh, x);
}
Tensor gelu(const Tensor& x) {
  return unary(UnaryKind::gelu, x);
}
Tensor silu(const Tensor& x) {
  return unary(UnaryKind::silu, x);
}

} // namespace mammo
