#pragma once

#include <cstddef>
#include <cstdint>

namespace mammo::image {

inline constexpr const char* colour_warning = "colour picture, read as grey";
inline constexpr const char* alpha_warning = "transparency dropped";

// Rec. 601 luma, rounded to nearest: equal channels give themselves.
inline std::uint32_t luma(std::uint32_t red, std::uint32_t green, std::uint32_t blue) {
  return (299 * red + 587 * green + 114 * blue + 500) / 1000;
}

// `count` pixels of interleaved samples (red, green, blue, then any others) to grey.
template <class T>
void to_grey(const T* pixels, std::size_t samples, std::size_t count, T* grey) {
  for (std::size_t i = 0; i < count; ++i, pixels += samples) {
    grey[i] = static_cast<T>(luma(pixels[0], pixels[1], pixels[2]));
  }
}

// The first of each pixel's interleaved samples.
template <class T>
void take_first(const T* pixels, std::size_t samples, std::size_t count, T* grey) {
  for (std::size_t i = 0; i < count; ++i, pixels += samples) grey[i] = *pixels;
}

} // namespace mammo::image
