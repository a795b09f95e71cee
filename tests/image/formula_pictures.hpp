#pragma once

#include "mammo/core/tensor.hpp"

#include <algorithm>
#include <cstdint>

// The pictures of tests/goldens/image/record_preprocessing.py.

namespace mammo::test {

inline int noise_at(std::int64_t y, std::int64_t x) {
  auto h = static_cast<std::uint32_t>(x) * 73856093U ^ static_cast<std::uint32_t>(y) * 19349663U;
  h = (h ^ h >> 13) * 0x5BD1E995U;
  return static_cast<int>(h >> 15 & 255);
}

template <class Value>
Tensor picture(std::int64_t height, std::int64_t width, Value value) {
  Tensor result = Tensor::empty({height, width}, {.dtype = DType::u8});
  std::uint8_t* pixel = result.mutable_data<std::uint8_t>().data();
  for (std::int64_t y = 0; y < height; ++y) {
    for (std::int64_t x = 0; x < width; ++x) *pixel++ = static_cast<std::uint8_t>(value(y, x));
  }
  return result;
}

inline Tensor noise_picture(std::int64_t height, std::int64_t width) {
  return picture(height, width, noise_at);
}

inline Tensor even_picture(std::int64_t height, std::int64_t width, int level) {
  return Tensor::full({height, width}, level, {.dtype = DType::u8});
}

// A half ellipse of tissue at one side, from `top` to `bottom` percent of the height, on dark air with a
// white rim above and a marker in the air.
inline Tensor film_picture(std::int64_t height, std::int64_t width, bool left, std::int64_t top,
                           std::int64_t bottom) {
  const std::int64_t middle = (top + bottom) * height / 200;
  const std::int64_t half = (bottom - top) * height / 200;
  const std::int64_t reach = width * 7 / 10;
  return picture(height, width, [=](std::int64_t y, std::int64_t x) -> std::int64_t {
    const std::int64_t depth = left ? x : width - 1 - x;
    const bool marker = depth > width * 8 / 10 && depth < width * 9 / 10 && y > height / 10 && y < height / 6;
    if (marker) return 220;
    if (y < height / 60) return 250;
    const std::int64_t a = depth * half;
    const std::int64_t b = (y - middle) * reach;
    const std::int64_t c = half * reach;
    const int noise = noise_at(y, x);
    if (a * a + b * b > c * c) return noise / 64;
    // Rounded down, as Python divides.
    const std::int64_t shade = (reach - depth) * 60;
    return 80 + noise / 4 + (shade - ((shade % width) + width) % width) / width;
  });
}

} // namespace mammo::test
