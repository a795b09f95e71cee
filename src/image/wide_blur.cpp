#include "mammo/image/wide_blur.hpp"

#include "image/gaussian_kernel.hpp"
#include "image/grey.hpp"
#include "image/mirrored.hpp"
#include "image/wide_blur_grid.hpp"
#include "mammo/core/threads.hpp"

#include <cmath>
#include <cstdlib>

namespace mammo::image {
namespace {

std::int64_t blocks(std::int64_t pixels) {
  return (pixels + block - 1) / block + 2;
}

PaddedAxis padded(std::int64_t count, const BlurGrid& grid) {
  const auto margin = static_cast<std::int64_t>(grid.taps.size()) / 2;
  return {-block * (margin + 1), block * (count + 2 * margin)};
}

// `block` pixels side by side, in rows and columns of the padded picture.
Tensor block_sums(const Tensor& grey, const BlurGrid& grid) {
  const PaddedAxis rows = padded_rows(grid);
  const PaddedAxis columns = padded_columns(grid);
  const std::int64_t width = grey.size(1);
  std::vector<std::int64_t> column;
  for (std::int64_t x = 0; x < columns.count; ++x) column.push_back(mirrored(columns.first + x, width));
  Tensor result = Tensor::empty({rows.count, columns.count / block}, {.dtype = DType::u16});
  const std::uint8_t* in = grey.data<std::uint8_t>().data();
  std::uint16_t* out = result.mutable_data<std::uint16_t>().data();
  parallel_for(0, rows.count, 16, [&](std::int64_t first, std::int64_t last) {
    for (std::int64_t y = first; y < last; ++y) {
      const std::uint8_t* line = in + mirrored(rows.first + y, grey.size(0)) * width;
      std::uint16_t* sums = out + y * columns.count / block;
      for (std::size_t x = 0; x < column.size(); x += block) {
        *sums++ = static_cast<std::uint16_t>(line[column[x]] + line[column[x + 1]] + line[column[x + 2]] +
                                             line[column[x + 3]]);
      }
    }
  });
  return result;
}

} // namespace

double gaussian_sigma(std::int64_t size) {
  return 0.3 * (static_cast<double>(size - 1) * 0.5 - 1) + 0.8;
}

BlurGrid blur_grid(std::int64_t height, std::int64_t width, std::int64_t size) {
  constexpr double n = block;
  const std::int64_t reach = size / 2;
  const std::int64_t radius = (reach + block - 1) / block;
  const double sigma = gaussian_sigma(size);
  // The mean over n pixels has a variance of (n^2 - 1) / 12; the interpolation adds 1/2 t (1 - t) n^2 of the
  // curvature at t between two blocks, 1/12 n^2 on average, which is a variance of n^2 / 6.
  const double variance = sigma * sigma - (n * n - 1) / 12 - n * n / 6;
  std::vector<double> taps = gaussian_density(std::sqrt(variance) / n, radius);
  // OpenCV's own weights are off the Gaussian, by up to two grey levels in the result. How much from one
  // block to another: the sum over pixels in the one, the mean over those in the other.
  const std::vector<double> density = gaussian_density(sigma, reach);
  const std::vector<std::uint16_t> rounded = gaussian_256ths(sigma, reach);
  for (std::size_t i = 0; i < rounded.size(); ++i) {
    const double off = rounded[i] / 256.0 - density[i];
    for (std::int64_t within = 1 - block; within < block; ++within) {
      const std::int64_t distance = static_cast<std::int64_t>(i) - reach + within;
      if (distance % block != 0) continue;
      const auto pairs = static_cast<double>(block - std::abs(within));
      taps[static_cast<std::size_t>(distance / block + radius)] += off * pairs / n;
    }
  }
  BlurGrid grid{blocks(height), blocks(width), {}};
  for (const double tap : taps) grid.taps.push_back(static_cast<float>(tap));
  return grid;
}

PaddedAxis padded_rows(const BlurGrid& grid) {
  return padded(grid.rows, grid);
}

PaddedAxis padded_columns(const BlurGrid& grid) {
  return padded(grid.columns, grid);
}

Tensor blur_sums(const Tensor& sums, const BlurGrid& grid, std::int64_t height, std::int64_t width) {
  Tensor blurred = Tensor::empty({grid.rows, grid.columns});
  kernels::wide_blur(sums.data<std::uint16_t>().data(), grid, blurred.mutable_data<float>().data());
  Tensor result = Tensor::empty({height, width}, {.dtype = DType::u8});
  kernels::enlarge(blurred.data<float>().data(), grid, height, width,
                   result.mutable_data<std::uint8_t>().data());
  return result;
}

Tensor wide_gaussian_blur(const Tensor& grey, std::int64_t size) {
  const Tensor source = dense_grey(grey, "wide_gaussian_blur");
  require<ArgumentError>(size % 2 == 1 && size >= 101 && size <= 1023, "wide_gaussian_blur: size ", size,
                         ", expected an odd number of 101 to 1023");
  const BlurGrid grid = blur_grid(source.size(0), source.size(1), size);
  return blur_sums(block_sums(source, grid), grid, source.size(0), source.size(1));
}

} // namespace mammo::image
