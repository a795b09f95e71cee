#include "image/geometry_kernels.hpp"
#include "image/halide_runtime.hpp"
#include "mammo/core/isa.hpp"

#include <algorithm>
#include <limits>
#include <type_traits>

#include <mammo_halide_resize_float32.h>
#include <mammo_halide_resize_uint16.h>
#include <mammo_halide_resize_uint8.h>
#include <mammo_halide_warp_bent_float32.h>
#include <mammo_halide_warp_bent_uint16.h>
#include <mammo_halide_warp_bent_uint8.h>
#include <mammo_halide_warp_float32.h>
#include <mammo_halide_warp_uint16.h>
#include <mammo_halide_warp_uint8.h>

namespace mammo::image::halide {
namespace {

// Halide counts in 32 bits.
constexpr std::int64_t most_pixels = std::numeric_limits<std::int32_t>::max();

// With vectors of four, taking them apart to look up each lane costs more than they save.
bool vectors_pay(std::int64_t width) {
  return width >= narrowest && isa() > Isa::baseline;
}

template <class T>
constexpr auto resize_kernel() {
  if constexpr (std::is_same_v<T, std::uint8_t>)
    return mammo_halide_resize_uint8;
  else if constexpr (std::is_same_v<T, std::uint16_t>)
    return mammo_halide_resize_uint16;
  else
    return mammo_halide_resize_float32;
}

template <class T>
constexpr auto warp_kernel() {
  if constexpr (std::is_same_v<T, std::uint8_t>)
    return mammo_halide_warp_uint8;
  else if constexpr (std::is_same_v<T, std::uint16_t>)
    return mammo_halide_warp_uint16;
  else
    return mammo_halide_warp_float32;
}

template <class T>
constexpr auto bent_warp_kernel() {
  if constexpr (std::is_same_v<T, std::uint8_t>)
    return mammo_halide_warp_bent_uint8;
  else if constexpr (std::is_same_v<T, std::uint16_t>)
    return mammo_halide_warp_bent_uint16;
  else
    return mammo_halide_warp_bent_float32;
}

} // namespace

void resize(const Tensor& picture, const ResizeTaps& rows, const ResizeTaps& columns, Tensor& out) {
  if (!vectors_pay(std::min(picture.size(1), out.size(1))) || picture.numel() > most_pixels ||
      out.numel() > most_pixels) {
    return plain::resize(picture, rows, columns, out);
  }
  prepare();
  auto row_start = wrap(rows.starts.data(), rows.starts.size());
  auto row_weight = wrap(rows.weights.data(), rows.starts.size(), rows.taps);
  auto column_start = wrap(columns.starts.data(), columns.starts.size());
  auto column_weight = wrap(columns.weights.data(), columns.starts.size(), columns.taps);
  with_values(picture, "resize", [&]<class T>(const T* pixels) {
    auto source = wrap(pixels, picture.size(1), picture.size(0));
    auto result = wrap(out.mutable_data<T>().data(), out.size(1), out.size(0));
    check(resize_kernel<T>()(source, row_start, row_weight, column_start, column_weight, result), "resize");
  });
}

void warp_bilinear(const WarpRows& rows, std::int64_t height, std::int64_t width, float* out) {
  const Tensor& picture = rows.picture;
  if (!vectors_pay(width) || picture.numel() > most_pixels) {
    return plain::warp_bilinear(rows, height, width, out);
  }
  prepare();
  const auto& m = rows.to_picture;
  const auto across = static_cast<std::int32_t>(rows.across);
  const auto down = static_cast<std::int32_t>(rows.down);
  auto result = wrap(out, width, height);
  with_values(picture, "warp", [&]<class T>(const T* pixels) {
    auto source = wrap(pixels, picture.size(1), picture.size(0));
    if (rows.bend_x == nullptr) {
      check(warp_kernel<T>()(source, m[0], m[1], m[2], m[3], m[4], m[5], rows.first.x, rows.first.y, across,
                             down, rows.fill, result),
            "warp");
      return;
    }
    auto bend_x = wrap(rows.bend_x, width, height);
    auto bend_y = wrap(rows.bend_y, width, height);
    check(bent_warp_kernel<T>()(source, m[0], m[1], m[2], m[3], m[4], m[5], rows.first.x, rows.first.y,
                                across, down, rows.fill, bend_x, bend_y, result),
          "bent warp");
  });
}

} // namespace mammo::image::halide
