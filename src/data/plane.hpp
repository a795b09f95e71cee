#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

namespace mammo::data {

// A picture under construction: [height, width] values, row by row.
template <class T>
struct Plane {
  std::int64_t height = 0;
  std::int64_t width = 0;
  std::vector<T> values;

  Plane() = default;
  Plane(std::int64_t rows, std::int64_t columns, T value = {})
      : height(rows), width(columns), values(static_cast<std::size_t>(rows * columns), value) {}

  T& operator()(std::int64_t y, std::int64_t x) { return values[static_cast<std::size_t>(y * width + x)]; }
  const T& operator()(std::int64_t y, std::int64_t x) const {
    return values[static_cast<std::size_t>(y * width + x)];
  }
};

using Field = Plane<float>;
using Mask = Plane<std::uint8_t>; // 1 inside, 0 outside

} // namespace mammo::data
