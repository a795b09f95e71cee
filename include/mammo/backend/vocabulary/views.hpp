#pragma once

#include "mammo/core/shape.hpp"

#include <cstdint>
#include <string_view>
#include <variant>

namespace mammo {

// Views are no operations: no backend is asked for them. Who reads along what is dispatched sees them all the
// same (observer.hpp), since they say where an operation's input comes from.

/// The elements in row-major order, in another shape. Also what flatten, squeeze and unsqueeze are.
struct Reshape {
  static constexpr std::string_view name = "reshape";
  Shape shape{};
  bool operator==(const Reshape&) const = default;
};

/// Dimension d of the view is dimension order[d] of x.
struct Permute {
  static constexpr std::string_view name = "permute";
  Dims order{};
  bool operator==(const Permute&) const = default;
};

/// Elements start, start + step, ... below stop of dimension `dim`; 0 <= start <= stop <= its size, step > 0.
struct Slice {
  static constexpr std::string_view name = "slice";
  int dim = 0;
  std::int64_t start = 0;
  std::int64_t stop = 0;
  std::int64_t step = 1;
  bool operator==(const Slice&) const = default;
};

/// One index of dimension `dim`, which disappears.
struct Select {
  static constexpr std::string_view name = "select";
  int dim = 0;
  std::int64_t index = 0;
  bool operator==(const Select&) const = default;
};

/// Dimensions of size 1, and new ones in front, repeated to `shape`.
struct Expand {
  static constexpr std::string_view name = "expand";
  Shape shape{};
  bool operator==(const Expand&) const = default;
};

using View = std::variant<Reshape, Permute, Slice, Select, Expand>;

} // namespace mammo
