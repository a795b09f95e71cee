#pragma once

#include <cstdint>

namespace mammo::image {

/// The index in [0, size) that `i`, at most anywhere, falls on when the range is mirrored about its first and
/// last element.
inline std::int64_t mirrored(std::int64_t i, std::int64_t size) {
  if (size == 1) return 0;
  const std::int64_t period = 2 * (size - 1);
  i = (i < 0 ? -i : i) % period;
  return i < size ? i : period - i;
}

} // namespace mammo::image
