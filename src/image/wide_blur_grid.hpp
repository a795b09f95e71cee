#pragma once

#include "image/chain_kernels.hpp"

namespace mammo::image {

/// A picture's blocks for a Gaussian of `size` pixels.
BlurGrid blur_grid(std::int64_t height, std::int64_t width, std::int64_t size);

/// The pixels that the grid's sums are made of, along one axis: `count` from `first` on, mirrored where they
/// lie outside of the picture.
struct PaddedAxis {
  std::int64_t first = 0;
  std::int64_t count = 0;
};

PaddedAxis padded_rows(const BlurGrid& grid);
PaddedAxis padded_columns(const BlurGrid& grid);

/// `sums`: as WideBlurKernel takes them, u16 [padded rows, padded columns / block]. Returns u8 [height,
/// width].
Tensor blur_sums(const Tensor& sums, const BlurGrid& grid, std::int64_t height, std::int64_t width);

} // namespace mammo::image
