#include "image/chain_kernels.hpp"
#include "image/levels_picture.hpp"
#include "mammo/core/threads.hpp"

#include <algorithm>

namespace mammo::image::plain {
namespace {

float corner(std::uint64_t corners, int index) {
  return static_cast<float>(corners >> 16 * index & 0xFFFF);
}

// The strip's row `y` of CLAHE's result.
template <class T>
void clahe_row(const ClaheStrip& strip, const T* codes, std::int64_t y, std::uint16_t* out) {
  const auto row = static_cast<std::size_t>(y);
  const T* line = codes + std::int64_t{strip.rows.source[row]} * strip.codes.size(1);
  const std::uint64_t* cells =
      strip.cells + (strip.rows.cell[row] - strip.first_cell_row) * strip.cells_across * strip.codes_a_cell;
  const float down = strip.rows.weight[row];
  const std::size_t width = strip.columns.source.size();
  for (std::size_t x = 0; x < width; ++x) {
    const std::int64_t code = line[strip.columns.source[x]];
    const std::uint64_t corners = cells[strip.columns.cell[x] * strip.codes_a_cell + code];
    const float across = strip.columns.weight[x];
    const float upper = corner(corners, 0) * (1 - across) + corner(corners, 1) * across;
    const float lower = corner(corners, 2) * (1 - across) + corner(corners, 3) * across;
    const int value = static_cast<int>(upper * (1 - down) + lower * down + 0.5F);
    out[x] = static_cast<std::uint16_t>(value <= strip.zero_up_to ? 0 : value);
  }
}

// Calls `body(y, row)` for each of the strip's rows.
template <class Body>
void each_row(const ClaheStrip& strip, const Body& body) {
  with_pixels(strip.codes, [&](const auto* codes) {
    parallel_for(strip.first_row, strip.last_row, 16, [&](std::int64_t first, std::int64_t last) {
      std::vector<std::uint16_t> row(strip.columns.source.size());
      for (std::int64_t y = first; y < last; ++y) {
        clahe_row(strip, codes, y, row.data());
        body(y - strip.first_row, row);
      }
    });
  });
}

std::uint16_t eight_bits(std::uint16_t value, bool wrap) {
  const int quotient = value / 255;
  return static_cast<std::uint16_t>(wrap ? quotient & 255 : std::min(quotient, 255));
}

} // namespace

void clahe(const ClaheStrip& strip, std::uint16_t* out) {
  const auto width = static_cast<std::int64_t>(strip.columns.source.size());
  each_row(strip, [&](std::int64_t y, const std::vector<std::uint16_t>& row) {
    std::ranges::copy(row, out + y * width);
  });
}

void clahe_sums(const ClaheStrip& strip, bool wrap, std::uint16_t* out) {
  const std::int64_t blocks = static_cast<std::int64_t>(strip.columns.source.size()) / block;
  each_row(strip, [&](std::int64_t y, const std::vector<std::uint16_t>& row) {
    for (std::int64_t b = 0; b < blocks; ++b) {
      int sum = 0;
      for (std::int64_t i = 0; i < block; ++i) {
        sum += eight_bits(row[static_cast<std::size_t>(block * b + i)], wrap);
      }
      out[y * blocks + b] = static_cast<std::uint16_t>(sum);
    }
  });
}

void wide_blur(const std::uint16_t* sums, const BlurGrid& grid, float* out) {
  const auto taps = static_cast<std::int64_t>(grid.taps.size());
  const std::int64_t wide = grid.columns + taps - 1;
  parallel_for(0, grid.rows, 32, [&](std::int64_t first, std::int64_t last) {
    std::vector<float> means(static_cast<std::size_t>(wide));
    std::vector<float> down(static_cast<std::size_t>(wide));
    for (std::int64_t y = first; y < last; ++y) {
      std::ranges::fill(down, 0.0F);
      for (std::int64_t k = 0; k < taps; ++k) {
        const std::uint16_t* line = sums + block * (y + k) * wide;
        const float weight = grid.taps[static_cast<std::size_t>(k)];
        for (std::int64_t x = 0; x < wide; ++x) {
          const int sum = line[x] + line[wide + x] + line[2 * wide + x] + line[3 * wide + x];
          down[static_cast<std::size_t>(x)] += static_cast<float>(sum) * (1.0F / 16) * weight;
        }
      }
      for (std::int64_t x = 0; x < grid.columns; ++x) {
        float sum = 0;
        for (std::int64_t k = 0; k < taps; ++k) {
          sum += down[static_cast<std::size_t>(x + k)] * grid.taps[static_cast<std::size_t>(k)];
        }
        out[y * grid.columns + x] = sum;
      }
    }
  });
}

void enlarge(const float* blurred, const BlurGrid& grid, std::int64_t height, std::int64_t width,
             std::uint8_t* out) {
  // Pixel i lies between blocks (i + 2) / 4 and the next, counted from the one before the picture.
  const auto later = [](std::int64_t i) { return (static_cast<float>((i + 2) % block) + 0.5F) / 4; };
  const auto between = [](float a, float b, float weight) { return a * (1 - weight) + b * weight; };
  parallel_for(0, height, 16, [&](std::int64_t first, std::int64_t last) {
    for (std::int64_t y = first; y < last; ++y) {
      const float* upper = blurred + (y + 2) / block * grid.columns;
      const float* lower = upper + grid.columns;
      for (std::int64_t x = 0; x < width; ++x) {
        const std::int64_t b = (x + 2) / block;
        const float across = later(x);
        const float value = between(between(upper[b], upper[b + 1], across),
                                    between(lower[b], lower[b + 1], across), later(y));
        out[y * width + x] = static_cast<std::uint8_t>(value + 0.5F);
      }
    }
  });
}

} // namespace mammo::image::plain
