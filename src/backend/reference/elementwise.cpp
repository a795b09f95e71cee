#include "backend/reference/reference.hpp"

#include <cmath>
#include <numbers>

namespace mammo::reference {
namespace {

double apply(UnaryKind kind, double x) {
  switch (kind) {
  case UnaryKind::relu: return activate(Activation::relu, x);
  case UnaryKind::sigmoid:
    // exp of a negative number only, so that nothing overflows.
    return x < 0 ? std::exp(x) / (1 + std::exp(x)) : 1 / (1 + std::exp(-x));
  case UnaryKind::exp: return std::exp(x);
  case UnaryKind::log: return std::log(x);
  case UnaryKind::sqrt: return std::sqrt(x);
  case UnaryKind::neg: return -x;
  case UnaryKind::abs: return std::fabs(x);
  case UnaryKind::tanh: return std::tanh(x);
  case UnaryKind::gelu: return 0.5 * x * std::erfc(-x / std::numbers::sqrt2);
  case UnaryKind::silu: return x * apply(UnaryKind::sigmoid, x);
  }
  return x;
}

double apply(BinaryKind kind, double a, double b) {
  switch (kind) {
  case BinaryKind::add: return a + b;
  case BinaryKind::subtract: return a - b;
  case BinaryKind::multiply: return a * b;
  case BinaryKind::divide: return a / b;
  case BinaryKind::maximum: return larger(a, b);
  case BinaryKind::minimum: return smaller(a, b);
  }
  return a;
}

} // namespace

void compute(const Unary& op, Inputs inputs, Outputs outputs) {
  visit_real(inputs[0].dtype(), [&]<class T>() {
    const auto x = inputs[0].data<T>();
    std::ranges::transform(x, outputs[0].mutable_data<T>().begin(),
                           [&](T value) { return static_cast<T>(apply(op.kind, value)); });
  });
}

// Both tensors are seen as having the output's shape: a size of 1 repeats by a stride of 0.
void compute(const Binary& op, Inputs inputs, Outputs outputs) {
  const Shape& shape = outputs[0].shape();
  const Strides strides_a = inputs[0].expand(shape).strides();
  const Strides strides_b = inputs[1].expand(shape).strides();
  visit_real(inputs[0].dtype(), [&]<class T>() {
    const T* a = inputs[0].data<T>().data();
    const T* b = inputs[1].data<T>().data();
    Dims index = Dims::filled(shape.rank(), 0);
    for (T& y : outputs[0].mutable_data<T>()) {
      const double value = apply(op.kind, a[offset_of(index, strides_a)], b[offset_of(index, strides_b)]);
      y = static_cast<T>(activate(op.activation, value));
      advance(index, shape);
    }
  });
}

} // namespace mammo::reference
