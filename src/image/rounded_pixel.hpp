#pragma once

#include <algorithm>
#include <limits>
#include <type_traits>

namespace mammo::image {

/// A pixel of type T: integers are clipped and rounded to nearest.
template <class T>
T rounded_pixel(float value) {
  if constexpr (std::is_floating_point_v<T>) {
    return value;
  } else {
    const float largest = std::numeric_limits<T>::max();
    return static_cast<T>(std::clamp(value, 0.0F, largest) + 0.5F);
  }
}

} // namespace mammo::image
