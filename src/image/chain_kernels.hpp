#pragma once

#include "image/clahe_curves.hpp"
#include "mammo/core/tensor.hpp"

#include <cstdint>
#include <vector>

// The loops over all pixels of the thesis' chain, each as plain C++ and, where the library is built with
// Halide, as a kernel from kernels/halide/. Both give the same bits.

namespace mammo::image {

/// Rows of cells (fill_cells) applied to rows [first_row, last_row) of a result's table of rows, which all
/// lie in them.
struct ClaheStrip {
  const Tensor& codes; ///< u8 or u16 [H, W]
  const std::uint64_t* cells = nullptr;
  std::int64_t cells_across = 0;
  std::int64_t codes_a_cell = 0;
  std::int32_t first_cell_row = 0;
  const ClaheAxis& rows;
  const ClaheAxis& columns;
  std::int64_t first_row = 0;
  std::int64_t last_row = 0;
  int zero_up_to = 0; ///< results up to this become 0
};

/// A strip's rows of sums are `sums_step` long, the columns' number over it, rounded down.
inline constexpr std::int64_t block = 4;

/// A picture of block sums, blurred: what wide_blur makes and enlarge takes.
struct BlurGrid {
  std::int64_t rows = 0; ///< of blocks, with one more at either side than the picture has
  std::int64_t columns = 0;
  std::vector<float> taps; ///< along either axis; sum to one
};

/// `out`: u16 [last_row - first_row, columns].
using ClaheKernel = void (*)(const ClaheStrip& strip, std::uint16_t* out);
/// The sums of `block` pixels side by side after a division by 255, with or without what is over 8 bits.
/// `out`: u16 [last_row - first_row, columns / block].
using ClaheSumsKernel = void (*)(const ClaheStrip& strip, bool wrap, std::uint16_t* out);
/// `sums`: u16 [block * (rows + taps - 1), columns + taps - 1]: of `block` pixels side by side. `out`: f32
/// [rows, columns]: their means over `block` rows, convolved with the taps.
using WideBlurKernel = void (*)(const std::uint16_t* sums, const BlurGrid& grid, float* out);
/// `blurred`: f32 [rows, columns], whose first pixel is the middle of the block before the picture's first.
/// `out`: u8 [height, width], between them in proportion, rounded.
using EnlargeKernel = void (*)(const float* blurred, const BlurGrid& grid, std::int64_t height,
                               std::int64_t width, std::uint8_t* out);

namespace plain {
void clahe(const ClaheStrip& strip, std::uint16_t* out);
void clahe_sums(const ClaheStrip& strip, bool wrap, std::uint16_t* out);
void wide_blur(const std::uint16_t* sums, const BlurGrid& grid, float* out);
void enlarge(const float* blurred, const BlurGrid& grid, std::int64_t height, std::int64_t width,
             std::uint8_t* out);
} // namespace plain

#if MAMMO_WITH_HALIDE
namespace halide {
void clahe(const ClaheStrip& strip, std::uint16_t* out);
void clahe_sums(const ClaheStrip& strip, bool wrap, std::uint16_t* out);
void wide_blur(const std::uint16_t* sums, const BlurGrid& grid, float* out);
void enlarge(const float* blurred, const BlurGrid& grid, std::int64_t height, std::int64_t width,
             std::uint8_t* out);
} // namespace halide
namespace kernels = halide;
#else
namespace kernels = plain;
#endif

} // namespace mammo::image
