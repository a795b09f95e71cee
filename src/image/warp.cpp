#include "mammo/image/warp.hpp"

#include "image/displacement.hpp"
#include "mammo/core/error.hpp"
#include "mammo/core/threads.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <limits>
#include <numbers>
#include <type_traits>
#include <vector>

namespace mammo::image {
namespace {

constexpr std::int64_t longest_side = 65536;
constexpr std::int64_t most_samples = 64; // a pixel and axis

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

template <class T>
T rounded(float value) {
  if constexpr (std::is_floating_point_v<T>) {
    return value;
  } else {
    const float largest = std::numeric_limits<T>::max();
    return static_cast<T>(std::clamp(value, 0.0F, largest) + 0.5F);
  }
}

std::int64_t samples_for(double reduction) {
  return std::clamp<std::int64_t>(static_cast<std::int64_t>(std::ceil(std::min(reduction, 1e6) - 0.25)), 1,
                                  most_samples);
}

// Adds to `line` the picture's values where canvas points `start`, start + (1, 0), ... look. `m` goes from
// the canvas to the picture; `bend_x` and `bend_y` are the displacements of the row, null where there are
// none.
template <bool smooth, class T>
void add_row(const Source<T>& source, const std::array<double, 6>& m, Point start, const float* bend_x,
             const float* bend_y, std::span<float> line) {
  const double x0 = m[0] * start.x + m[1] * start.y + m[2] - 0.5;
  const double y0 = m[3] * start.x + m[4] * start.y + m[5] - 0.5;
  for (std::size_t i = 0; i < line.size(); ++i) {
    double x = x0 + m[0] * static_cast<double>(i);
    double y = y0 + m[3] * static_cast<double>(i);
    if (bend_x != nullptr) {
      x += m[0] * double{bend_x[i]} + m[1] * double{bend_y[i]};
      y += m[3] * double{bend_x[i]} + m[4] * double{bend_y[i]};
    }
    line[i] += smooth ? source.bilinear(x, y) : source.nearest(x, y);
  }
}

template <class T, class Out>
void warp_rows(const Source<T>& source, const Warp& warp, const WarpOptions& options, Tensor& canvas) {
  const std::int64_t width = canvas.size(1);
  const std::int64_t stride = canvas.strides()[0];
  Out* out = canvas.mutable_raw<Out>();
  const std::array<double, 6> m = warp.to_canvas.inverse().matrix();
  const bool smooth = options.interpolation == Interpolation::bilinear;
  const std::int64_t across = smooth ? samples_for(std::hypot(m[0], m[3])) : 1;
  const std::int64_t down = smooth ? samples_for(std::hypot(m[1], m[4])) : 1;
  const float share = 1.0F / static_cast<float>(across * down);
  parallel_for(0, canvas.size(0), 16, [&](std::int64_t first, std::int64_t last) {
    std::vector<float> line(static_cast<std::size_t>(width));
    std::vector<float> bend_x(warp.displacement ? line.size() : 0);
    std::vector<float> bend_y(bend_x.size());
    std::optional<DisplacementRows> bends;
    if (warp.displacement) bends.emplace(*warp.displacement, options.origin.x, width);
    for (std::int64_t y = first; y < last; ++y) {
      const double top = options.origin.y + static_cast<double>(y);
      if (bends) bends->row(top + 0.5, bend_x.data(), bend_y.data());
      std::ranges::fill(line, 0.0F);
      for (std::int64_t k = 0; k < down * across; ++k) {
        const std::int64_t sample_row = k / across;
        const Point start{options.origin.x +
                              (static_cast<double>(k % across) + 0.5) / static_cast<double>(across),
                          top + (static_cast<double>(sample_row) + 0.5) / static_cast<double>(down)};
        const float* dx = bends ? bend_x.data() : nullptr;
        if (smooth) {
          add_row<true>(source, m, start, dx, bend_y.data(), line);
        } else {
          add_row<false>(source, m, start, dx, bend_y.data(), line);
        }
      }
      Out* row = out + y * stride;
      for (std::size_t x = 0; x < line.size(); ++x) row[x] = rounded<Out>(line[x] * share);
    }
  });
}

template <class T>
void warp_from(const Tensor& picture, const Warp& warp, const WarpOptions& options, Tensor& canvas) {
  const Source<T> source{picture.data<T>().data(), picture.size(0), picture.size(1),
                         static_cast<float>(options.fill)};
  if (canvas.dtype() == DType::f32) return warp_rows<T, float>(source, warp, options, canvas);
  warp_rows<T, T>(source, warp, options, canvas);
}

void check(const Tensor& picture, const Tensor& canvas, const WarpOptions& options) {
  require<ShapeError>(picture.defined() && picture.rank() == 2 && picture.numel() > 0,
                      "warp: a picture of shape ", picture.defined() ? picture.shape() : Shape{},
                      ", expected [H, W] with at least one pixel");
  require<ShapeError>(canvas.defined() && canvas.rank() == 2 && canvas.numel() > 0,
                      "warp: a canvas of shape ", canvas.defined() ? canvas.shape() : Shape{},
                      ", expected [h, w] with at least one pixel");
  for (const Tensor* tensor : {&picture, static_cast<const Tensor*>(&canvas)}) {
    require<ShapeError>(tensor->size(0) <= longest_side && tensor->size(1) <= longest_side,
                        "warp: ", tensor->shape(), ", expected sides up to ", longest_side);
  }
  require<ShapeError>(canvas.layout() == Layout::row_major && canvas.strides()[1] == 1,
                      "warp: a canvas whose rows are not dense");
  require<TypeError>(canvas.dtype() == DType::f32 || canvas.dtype() == picture.dtype(), "warp: from ",
                     picture.dtype(), " to ", canvas.dtype(), ", expected f32 or the picture's dtype");
  require<ArgumentError>(std::isfinite(options.fill), "warp: fill ", options.fill);
}

} // namespace

Point Warp::apply(Point p) const {
  const Point straight = to_canvas.apply(p);
  if (!displacement) return straight;
  Point q = straight;
  // Converges, since the displacement changes by less than a pixel a pixel.
  for (int i = 0; i < 200; ++i) {
    const Point moved = displacement->at(q);
    const Point next{straight.x - moved.x, straight.y - moved.y};
    const double step = std::hypot(next.x - q.x, next.y - q.y);
    q = next;
    if (step < 1e-7) break;
  }
  return q;
}

Point Warp::invert(Point p) const {
  if (displacement) {
    const Point moved = displacement->at(p);
    p = {p.x + moved.x, p.y + moved.y};
  }
  return to_canvas.inverse().apply(p);
}

Box ellipse_extent(const Warp& warp, const Box& box) {
  if (!warp.displacement) return ellipse_extent(warp.to_canvas, box);
  constexpr int points = 64;
  Point least{std::numeric_limits<double>::infinity(), std::numeric_limits<double>::infinity()};
  Point most{-least.x, -least.y};
  for (int i = 0; i < points; ++i) {
    const double angle = 2 * std::numbers::pi * i / points;
    const Point p = warp.apply(
        {box.x + box.width * (1 + std::cos(angle)) / 2, box.y + box.height * (1 + std::sin(angle)) / 2});
    least = {std::min(least.x, p.x), std::min(least.y, p.y)};
    most = {std::max(most.x, p.x), std::max(most.y, p.y)};
  }
  return {least.x, least.y, most.x - least.x, most.y - least.y};
}

void warp_into(const Tensor& picture, const Warp& warp, Tensor& canvas, const WarpOptions& options) {
  check(picture, canvas, options);
  const Tensor source = picture.contiguous();
  switch (source.dtype()) {
  case DType::u8: return warp_from<std::uint8_t>(source, warp, options, canvas);
  case DType::u16: return warp_from<std::uint16_t>(source, warp, options, canvas);
  case DType::f32: return warp_from<float>(source, warp, options, canvas);
  default: throw TypeError(concat("warp: a picture of ", source.dtype(), ", expected u8, u16 or f32"));
  }
}

Tensor warp(const Tensor& picture, const Warp& warp, std::int64_t height, std::int64_t width,
            const WarpOptions& options) {
  require<ArgumentError>(height >= 1 && width >= 1 && height <= longest_side && width <= longest_side,
                         "warp: a canvas of ", height, " x ", width, ", expected 1 to ", longest_side);
  const bool keep = options.interpolation == Interpolation::nearest && picture.defined();
  Tensor canvas = Tensor::empty({height, width}, {.dtype = keep ? picture.dtype() : DType::f32});
  warp_into(picture, warp, canvas, options);
  return canvas;
}

} // namespace mammo::image
