#pragma once

#include "mammo/core/shape.hpp"

#include <cstdint>
#include <string_view>
#include <tuple>

namespace mammo {

/// One or more tensors of equal shape but for dimension `dim` -> joined along it.
struct Concat {
  static constexpr std::string_view name = "concat";
  int dim = 0;

  auto fields() const { return std::tuple(dim); }
};

/// x -> x with `before[d]` and `after[d]` elements of `value` added around dimension d.
struct Pad {
  static constexpr std::string_view name = "pad";
  Dims before{};
  Dims after{};
  double value = 0;

  auto fields() const { return std::tuple(before, after, value); }
};

/// x, index i64 of the same rank, no larger but along `dim` -> like index: y[.., i, ..] = x[.., index[.., i,
/// ..],
/// ..] along dimension `dim`. An index outside throws ArgumentError when it runs.
struct Gather {
  static constexpr std::string_view name = "gather";
  int dim = 0;

  auto fields() const { return std::tuple(dim); }
};

/// The adjoint of Gather: g, index i64 like g -> zeros of shape `shape` to which every element of g is added
/// where Gather would have read it, in row-major order.
struct ScatterAdd {
  static constexpr std::string_view name = "scatter_add";
  int dim = 0;
  Dims shape{};

  auto fields() const { return std::tuple(dim, shape); }
};

/// Rows of a table: x [V, D], index i64 [...] -> [..., D]. An index outside throws ArgumentError when it
/// runs.
struct Embedding {
  static constexpr std::string_view name = "embedding";

  static auto fields() { return std::tuple(); }
};

/// g [..., D], index i64 [...] -> [rows, D]: the sum of the rows of g by their index, in order.
struct EmbeddingGradient {
  static constexpr std::string_view name = "embedding_gradient";
  std::int64_t rows = 0;

  auto fields() const { return std::tuple(rows); }
};

} // namespace mammo
