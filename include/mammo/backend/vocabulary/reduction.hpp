#pragma once

#include "mammo/core/shape.hpp"

#include <cstdint>
#include <string_view>
#include <tuple>

namespace mammo {

enum class ReduceKind : std::uint8_t { sum, mean, max, min };

/// x -> x reduced over `dims` (0 .. rank - 1, ascending), which stay as size 1 where `keep_dims`.
struct Reduce {
  static constexpr std::string_view name = "reduce";
  ReduceKind kind = ReduceKind::sum;
  Dims dims{};
  bool keep_dims = false;

  auto fields() const { return std::tuple(kind, dims, keep_dims); }
};

/// x, and y and g of a maximum or minimum over `dims` with these kept (size 1) -> gradient of x: g in equal
/// parts to the elements of x that equal y.
struct ReduceGradient {
  static constexpr std::string_view name = "reduce_gradient";
  Dims dims{};

  auto fields() const { return std::tuple(dims); }
};

/// x -> i64, dimension `dim` gone: the index of the largest, the first of equal ones. NaN counts as larger
/// than any number.
struct ArgMax {
  static constexpr std::string_view name = "argmax";
  int dim = 0;

  auto fields() const { return std::tuple(dim); }
};

/// x [..., N] -> values [..., k] and indices i64 [..., k], largest first; of equal values the lower index
/// first. k <= N. NaN counts as larger than any number.
struct TopK {
  static constexpr std::string_view name = "top_k";
  std::int64_t k = 1;

  auto fields() const { return std::tuple(k); }
};

} // namespace mammo
