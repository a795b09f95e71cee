#include "image/geometry_kernels.hpp"
#include "image/rounded_pixel.hpp"
#include "mammo/core/threads.hpp"

#include <algorithm>
#include <cmath>

namespace mammo::image::plain {
namespace {

template <class T>
struct Source {
  const T* pixels;
  std::int64_t height;
  std::int64_t width;
  float fill;

  float at(std::int64_t y, std::int64_t x) const {
    const bool inside = x >= 0 && y >= 0 && x < width && y < height;
    return inside ? static_cast<float>(pixels[y * width + x]) : fill;
  }

  // x and y count pixel centres: 0, 0 is the first pixel's.
  float bilinear(double x, double y) const {
    if (x >= 0 && y >= 0 && x < static_cast<double>(width - 1) && y < static_cast<double>(height - 1)) {
      const auto column = static_cast<std::int32_t>(x);
      const auto row = static_cast<std::int32_t>(y);
      const auto u = static_cast<float>(x - column);
      const auto v = static_cast<float>(y - row);
      const T* upper = pixels + std::int64_t{row} * width + column;
      const T* lower = upper + width;
      return mix(static_cast<float>(upper[0]), static_cast<float>(upper[1]), static_cast<float>(lower[0]),
                 static_cast<float>(lower[1]), u, v);
    }
    if (!(x > -1 && y > -1 && x < static_cast<double>(width) && y < static_cast<double>(height))) return fill;
    const double left = std::floor(x);
    const double top = std::floor(y);
    const auto column = static_cast<std::int64_t>(left);
    const auto row = static_cast<std::int64_t>(top);
    return mix(at(row, column), at(row, column + 1), at(row + 1, column), at(row + 1, column + 1),
               static_cast<float>(x - left), static_cast<float>(y - top));
  }

  float nearest(double x, double y) const {
    const double left = std::floor(x + 0.5);
    const double top = std::floor(y + 0.5);
    if (!(left >= 0 && top >= 0 && left < static_cast<double>(width) && top < static_cast<double>(height))) {
      return fill;
    }
    return static_cast<float>(
        pixels[static_cast<std::int64_t>(top) * width + static_cast<std::int64_t>(left)]);
  }

  static float mix(float a, float b, float c, float d, float u, float v) {
    const float upper = a + u * (b - a);
    const float lower = c + u * (d - c);
    return upper + v * (lower - upper);
  }
};

// Calls `body(i, x, y)` for each pixel of row `y` with the picture's point, between pixel centres, that its
// sample `k` looks at.
template <class Body>
void each_place(const WarpRows& rows, std::int64_t y, std::int64_t k, std::int64_t width, const Body& body) {
  const auto& m = rows.to_picture;
  const std::int64_t sample_row = k / rows.across;
  const double start_x =
      rows.first.x + (static_cast<double>(k % rows.across) + 0.5) / static_cast<double>(rows.across);
  const double start_y = rows.first.y + static_cast<double>(y) +
                         (static_cast<double>(sample_row) + 0.5) / static_cast<double>(rows.down);
  const double x0 = m[0] * start_x + m[1] * start_y + m[2] - 0.5;
  const double y0 = m[3] * start_x + m[4] * start_y + m[5] - 0.5;
  const float* bend_x = rows.bend_x == nullptr ? nullptr : rows.bend_x + y * width;
  const float* bend_y = rows.bend_x == nullptr ? nullptr : rows.bend_y + y * width;
  for (std::int64_t i = 0; i < width; ++i) {
    double px = x0 + m[0] * static_cast<double>(i);
    double py = y0 + m[3] * static_cast<double>(i);
    if (bend_x != nullptr) {
      px += m[0] * double{bend_x[i]} + m[1] * double{bend_y[i]};
      py += m[3] * double{bend_x[i]} + m[4] * double{bend_y[i]};
    }
    body(i, px, py);
  }
}

template <class T>
Source<T> source_of(const T* pixels, const WarpRows& rows) {
  return {pixels, rows.picture.size(0), rows.picture.size(1), rows.fill};
}

template <class T>
void resize_as(const T* in, std::int64_t old_width, const ResizeTaps& rows, const ResizeTaps& columns,
               T* out) {
  const auto height = static_cast<std::int64_t>(rows.starts.size());
  const auto width = static_cast<std::int64_t>(columns.starts.size());
  parallel_for(0, height, 8, [&](std::int64_t begin, std::int64_t end) {
    std::vector<float> line(static_cast<std::size_t>(old_width));
    for (std::int64_t y = begin; y < end; ++y) {
      std::ranges::fill(line, 0.0F);
      for (std::int64_t k = 0; k < rows.taps; ++k) {
        const T* from = in + (rows.starts[static_cast<std::size_t>(y)] + k) * old_width;
        const float weight = rows.weights[static_cast<std::size_t>(k * height + y)];
        for (std::size_t x = 0; x < line.size(); ++x) line[x] += static_cast<float>(from[x]) * weight;
      }
      for (std::int64_t x = 0; x < width; ++x) {
        const float* from = line.data() + columns.starts[static_cast<std::size_t>(x)];
        const float* weights = columns.weights.data() + x;
        float sum = 0;
        for (std::int64_t k = 0; k < columns.taps; ++k) sum += from[k] * weights[k * width];
        out[y * width + x] = rounded_pixel<T>(sum);
      }
    }
  });
}

} // namespace

void resize(const Tensor& picture, const ResizeTaps& rows, const ResizeTaps& columns, Tensor& out) {
  with_values(picture, "resize", [&]<class T>(const T* pixels) {
    resize_as(pixels, picture.size(1), rows, columns, out.mutable_data<T>().data());
  });
}

void warp_bilinear(const WarpRows& rows, std::int64_t height, std::int64_t width, float* out) {
  const std::int64_t samples = rows.across * rows.down;
  const float share = 1.0F / static_cast<float>(samples);
  with_values(rows.picture, "warp", [&](const auto* pixels) {
    const auto source = source_of(pixels, rows);
    for (std::int64_t y = 0; y < height; ++y) {
      float* line = out + y * width;
      std::fill(line, line + width, 0.0F);
      for (std::int64_t k = 0; k < samples; ++k) {
        each_place(rows, y, k, width,
                   [&](std::int64_t i, double px, double py) { line[i] += source.bilinear(px, py); });
      }
      for (std::int64_t x = 0; x < width; ++x) line[x] *= share;
    }
  });
}

void warp_nearest(const WarpRows& rows, std::int64_t height, std::int64_t width, float* out) {
  with_values(rows.picture, "warp", [&](const auto* pixels) {
    const auto source = source_of(pixels, rows);
    for (std::int64_t y = 0; y < height; ++y) {
      float* line = out + y * width;
      each_place(rows, y, 0, width,
                 [&](std::int64_t i, double px, double py) { line[i] = source.nearest(px, py); });
    }
  });
}

} // namespace mammo::image::plain
