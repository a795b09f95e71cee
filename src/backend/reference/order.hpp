#pragma once

#include <cmath>
#include <cstdint>
#include <numeric>
#include <vector>

namespace mammo::reference {

/// Indices 0 .. count - 1 of which `best` comes first: larger values first, NaN before any number, of equal
/// values the lower index.
template <class T>
struct LargerFirst {
  const T* values;

  bool operator()(std::int64_t a, std::int64_t b) const {
    const bool a_is_nan = std::isnan(values[a]);
    const bool b_is_nan = std::isnan(values[b]);
    if (a_is_nan != b_is_nan) return a_is_nan;
    if (!a_is_nan && values[a] != values[b]) return values[a] > values[b];
    return a < b;
  }
};

inline std::vector<std::int64_t> indices(std::int64_t count) {
  std::vector<std::int64_t> all(static_cast<std::size_t>(count));
  std::iota(all.begin(), all.end(), 0);
  return all;
}

} // namespace mammo::reference
