#pragma once

#include "mammo/core/geometry.hpp"
#include "mammo/core/tensor.hpp"

#include <array>
#include <cstdint>
#include <vector>

// The loops of resizes and warps, each as plain C++ and, where the library is built with Halide, as a kernel
// from kernels/halide/. Both give the same bits.

namespace mammo::image {

/// Of the pictures that are made, in pixels.
inline constexpr std::int64_t longest_side = 65536;

/// For each new pixel along one axis, the old ones it is made of: `starts[i]` to `starts[i] + taps - 1`,
/// times `weights[k * starts.size() + i]`.
struct ResizeTaps {
  std::int64_t taps = 0;
  std::vector<std::int32_t> starts;
  std::vector<float> weights;
};

/// Rows of a canvas, and where they look.
struct WarpRows {
  const Tensor& picture;              ///< u8, u16 or f32 [H, W], dense
  std::array<double, 6> to_picture{}; ///< from the canvas's points to the picture's, between pixel edges
  Point first;                        ///< the canvas's point at the first pixel's corner
  std::int64_t across = 1;            ///< points a pixel whose mean is taken
  std::int64_t down = 1;
  float fill = 0;                ///< of what lies outside of the picture
  const float* bend_x = nullptr; ///< added to each pixel's points: f32 [rows, width], or null
  const float* bend_y = nullptr;
};

/// `picture`: u8, u16 or f32 [H, W], dense; `out`: its dtype, [rows, columns].
using ResizeKernel = void (*)(const Tensor& picture, const ResizeTaps& rows, const ResizeTaps& columns,
                              Tensor& out);
/// `out`: f32 [height, width].
using WarpKernel = void (*)(const WarpRows& rows, std::int64_t height, std::int64_t width, float* out);

namespace plain {
void resize(const Tensor& picture, const ResizeTaps& rows, const ResizeTaps& columns, Tensor& out);
void warp_bilinear(const WarpRows& rows, std::int64_t height, std::int64_t width, float* out);
/// For masks, of one point a pixel; there is no other form of it.
void warp_nearest(const WarpRows& rows, std::int64_t height, std::int64_t width, float* out);
} // namespace plain

#if MAMMO_WITH_HALIDE
namespace halide {
void resize(const Tensor& picture, const ResizeTaps& rows, const ResizeTaps& columns, Tensor& out);
void warp_bilinear(const WarpRows& rows, std::int64_t height, std::int64_t width, float* out);
} // namespace halide
namespace kernels = halide;
#else
namespace kernels = plain;
#endif

/// Calls `body` with the pixels of a picture of u8, u16 or f32; throws TypeError, naming `what`, on another.
template <class Body>
void with_values(const Tensor& picture, const char* what, const Body& body) {
  switch (picture.dtype()) {
  case DType::u8: return body(picture.data<std::uint8_t>().data());
  case DType::u16: return body(picture.data<std::uint16_t>().data());
  case DType::f32: return body(picture.data<float>().data());
  default: throw TypeError(concat(what, ": a picture of ", picture.dtype(), ", expected u8, u16 or f32"));
  }
}

} // namespace mammo::image
