#pragma once

#include "mammo/backend/vocabulary/common.hpp"

#include <string_view>
#include <tuple>

namespace mammo {

/// gelu is x Phi(x) with the exact normal distribution (Hendrycks and Gimpel 2016), silu x sigmoid(x).
enum class UnaryKind : std::uint8_t { relu, sigmoid, exp, log, sqrt, neg, abs, tanh, gelu, silu };

/// x -> like x, element by element. Floating dtypes.
struct Unary {
  static constexpr std::string_view name = "unary";
  UnaryKind kind = UnaryKind::relu;

  auto fields() const { return std::tuple(kind); }
};

/// Whether UnaryGradient computes from the result y (relu, sigmoid, exp, sqrt, tanh) or from x (log, abs,
/// gelu, silu, and neg, which needs neither).
constexpr bool gradient_from_result(UnaryKind kind) {
  return kind == UnaryKind::relu || kind == UnaryKind::sigmoid || kind == UnaryKind::exp ||
         kind == UnaryKind::sqrt || kind == UnaryKind::tanh;
}

/// v, which is y or x as `gradient_from_result(kind)` says, g like v -> gradient of x. The gradient of relu
/// and of abs at 0 is 0.
struct UnaryGradient {
  static constexpr std::string_view name = "unary_gradient";
  UnaryKind kind = UnaryKind::relu;

  auto fields() const { return std::tuple(kind); }
};

enum class BinaryKind : std::uint8_t { add, subtract, multiply, divide, maximum, minimum };

/// a, b -> their broadcast shape, element by element. Equal floating dtypes.
struct Binary {
  static constexpr std::string_view name = "binary";
  BinaryKind kind = BinaryKind::add;
  Activation activation = Activation::none;

  auto fields() const { return std::tuple(kind, activation); }
};

/// a, b, g like the result -> the part of g that goes to a: all where a is the maximum (minimum), half where
/// both are, else 0. `kind` is maximum or minimum.
struct ExtremeGradient {
  static constexpr std::string_view name = "extreme_gradient";
  BinaryKind kind = BinaryKind::maximum;

  auto fields() const { return std::tuple(kind); }
};

/// x, seed i64 [2] -> y like x: each element 0 with `probability`, else divided by 1 - probability
/// (Srivastava et al. 2014). Element i (row-major) is dropped where word i % 4 of
/// philox4x32({i / 4 low, i / 4 high, seed[1] low, seed[1] high}, {seed[0] low, seed[0] high}) is below
/// probability 2^32. The same on g is its gradient.
struct Dropout {
  static constexpr std::string_view name = "dropout";
  double probability = 0.5;

  auto fields() const { return std::tuple(probability); }
};

} // namespace mammo
