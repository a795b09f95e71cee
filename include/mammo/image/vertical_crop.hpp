#pragma once

#include "mammo/image/orientation.hpp"

#include <cstdint>

namespace mammo::image {

/// Rows first to last - 1.
struct RowRange {
  std::int64_t first = 0;
  std::int64_t last = 0;

  std::int64_t size() const { return last - first; }
  bool operator==(const RowRange&) const = default;
};

/// From the first row to the last one that shows more than air: a row's sum above the darkest row's is more
/// than `fraction` of what the brightest row's is. All rows where every row has the same sum. Throws
/// ArgumentError unless 0 <= fraction < 1.
RowRange rows_with_breast(const HalfSums& sums, double fraction = 0.02);

} // namespace mammo::image
