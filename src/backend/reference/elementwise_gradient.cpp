#include "backend/reference/reference.hpp"

#include <cmath>
#include <limits>
#include <numbers>

namespace mammo::reference {
namespace {

double sign(double x) {
  if (x != x) return std::numeric_limits<double>::quiet_NaN();
  return x > 0 ? 1 : (x < 0 ? -1 : 0);
}

double sigmoid(double x) {
  // exp of a negative number only, so that nothing overflows.
  return x < 0 ? std::exp(x) / (1 + std::exp(x)) : 1 / (1 + std::exp(-x));
}

// v is y or x as gradient_from_result(kind) says. What relu and abs have no slope for is not passed on.
double apply(UnaryKind kind, double v, double g) {
  constexpr double sqrt2 = std::numbers::sqrt2;
  switch (kind) {
  case UnaryKind::relu: return v <= 0 ? 0 : g;
  case UnaryKind::sigmoid: return g * v * (1 - v);
  case UnaryKind::exp: return g * v;
  case UnaryKind::log: return g / v;
  case UnaryKind::sqrt: return g / (2 * v);
  case UnaryKind::neg: return -g;
  case UnaryKind::abs: return g * sign(v);
  case UnaryKind::tanh: return g * (1 - v * v);
  case UnaryKind::gelu: {
    // Phi(x) + x Phi'(x)
    const double density = std::exp(-v * v / 2) * std::numbers::inv_sqrtpi / sqrt2;
    return g * (0.5 * std::erfc(-v / sqrt2) + v * density);
  }
  case UnaryKind::silu: return g * sigmoid(v) * (1 + v * sigmoid(-v));
  }
  return g;
}

} // namespace

void compute(const UnaryGradient& op, Inputs inputs, Outputs outputs) {
  visit_real(inputs[0].dtype(), [&]<class T>() {
    const auto v = inputs[0].data<T>();
    const auto g = inputs[1].data<T>();
    std::ranges::transform(v, g, outputs[0].mutable_data<T>().begin(), [&](T value, T gradient) {
      return static_cast<T>(apply(op.kind, value, gradient));
    });
  });
}

// NaN is no smaller than another number: it keeps the whole of g.
void compute(const ExtremeGradient& op, Inputs inputs, Outputs outputs) {
  const Shape& shape = outputs[0].shape();
  const Strides strides_a = inputs[0].expand(shape).strides();
  const Strides strides_b = inputs[1].expand(shape).strides();
  visit_real(inputs[0].dtype(), [&]<class T>() {
    const T* a = inputs[0].data<T>().data();
    const T* b = inputs[1].data<T>().data();
    const T* g = inputs[2].data<T>().data();
    Dims index = Dims::filled(shape.rank(), 0);
    for (T& y : outputs[0].mutable_data<T>()) {
      const T one = a[offset_of(index, strides_a)];
      const T other = b[offset_of(index, strides_b)];
      const bool loses = op.kind == BinaryKind::maximum ? one < other : one > other;
      const double share = loses ? 0 : (one == other ? 0.5 : 1);
      y = loses ? T{0} : static_cast<T>(share * *g);
      ++g;
      advance(index, shape);
    }
  });
}

} // namespace mammo::reference
