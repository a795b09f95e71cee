#include "image/kernels.hpp"
#include "mammo/core/threads.hpp"

#include <algorithm>

namespace mammo::image::plain {

void resize_area(const GreyView& in, const AreaTaps& rows, const AreaTaps& columns, std::uint8_t* out) {
  const auto width = static_cast<std::int64_t>(columns.starts.size());
  parallel_for(
      0, static_cast<std::int64_t>(rows.starts.size()), 8, [&](std::int64_t first, std::int64_t last) {
        std::vector<std::uint32_t> sum(static_cast<std::size_t>(in.width));
        std::vector<std::uint16_t> mean(static_cast<std::size_t>(in.width));
        for (std::int64_t y = first; y < last; ++y) {
          std::ranges::fill(sum, 0U);
          for (std::int64_t k = 0; k < rows.taps; ++k) {
            const std::uint16_t weight = rows.weights[static_cast<std::size_t>(y * rows.taps + k)];
            const std::uint8_t* line = in.pixels + (rows.starts[static_cast<std::size_t>(y)] + k) * in.width;
            for (std::int64_t x = 0; x < in.width; ++x) {
              const std::uint16_t value = line[x];
              sum[static_cast<std::size_t>(x)] += std::uint32_t{value} * std::uint32_t{weight};
            }
          }
          // 8 bits of fraction are kept between the axes.
          for (std::size_t x = 0; x < sum.size(); ++x)
            mean[x] = static_cast<std::uint16_t>((sum[x] + 64) >> 7);
          for (std::int64_t x = 0; x < width; ++x) {
            const std::uint16_t* weights = columns.weights.data() + x * columns.taps;
            const std::uint16_t* values = mean.data() + columns.starts[static_cast<std::size_t>(x)];
            std::uint32_t total = 1U << 22;
            for (std::int64_t k = 0; k < columns.taps; ++k) total += std::uint32_t{values[k]} * weights[k];
            out[y * width + x] = static_cast<std::uint8_t>(total >> 23);
          }
        }
      });
}

void blur(const GreyView& padded, const std::vector<std::uint16_t>& kernel, std::uint8_t* out) {
  const auto taps = static_cast<std::int64_t>(kernel.size());
  const std::int64_t height = padded.height - taps + 1;
  const std::int64_t width = padded.width - taps + 1;
  parallel_for(0, height, 16, [&](std::int64_t first, std::int64_t last) {
    // Rows blurred along x, with 8 bits of fraction.
    std::vector<std::uint16_t> along(static_cast<std::size_t>((last - first + taps - 1) * width));
    for (std::int64_t y = first; y < last + taps - 1; ++y) {
      const std::uint8_t* line = padded.pixels + y * padded.width;
      std::uint16_t* sum = along.data() + (y - first) * width;
      for (std::int64_t k = 0; k < taps; ++k) {
        const std::uint16_t weight = kernel[static_cast<std::size_t>(k)];
        for (std::int64_t x = 0; x < width; ++x) {
          sum[x] = static_cast<std::uint16_t>(sum[x] + line[x + k] * weight);
        }
      }
    }
    std::vector<std::uint32_t> sum(static_cast<std::size_t>(width));
    for (std::int64_t y = first; y < last; ++y) {
      std::ranges::fill(sum, 1U << 15);
      for (std::int64_t k = 0; k < taps; ++k) {
        const std::uint16_t weight = kernel[static_cast<std::size_t>(k)];
        const std::uint16_t* values = along.data() + (y - first + k) * width;
        for (std::int64_t x = 0; x < width; ++x) {
          sum[static_cast<std::size_t>(x)] += std::uint32_t{values[x]} * std::uint32_t{weight};
        }
      }
      for (std::int64_t x = 0; x < width; ++x) {
        out[y * width + x] = static_cast<std::uint8_t>(sum[static_cast<std::size_t>(x)] >> 16);
      }
    }
  });
}

} // namespace mammo::image::plain
