#include "mammo/image/warp.hpp"

#include "image/displacement.hpp"
#include "image/geometry_kernels.hpp"
#include "image/rounded_pixel.hpp"
#include "mammo/core/error.hpp"
#include "mammo/core/threads.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <limits>
#include <numbers>
#include <vector>

namespace mammo::image {
namespace {

constexpr std::int64_t most_samples = 64; // a pixel and axis

std::int64_t samples_for(double reduction) {
  return std::clamp<std::int64_t>(static_cast<std::int64_t>(std::ceil(std::min(reduction, 1e6) - 0.25)), 1,
                                  most_samples);
}

// As many rows as are computed at once.
constexpr std::int64_t strip = 16;

template <class Out>
void warp_rows(const Tensor& picture, const Warp& warp, const WarpOptions& options, Tensor& canvas) {
  const std::int64_t width = canvas.size(1);
  const std::int64_t stride = canvas.strides()[0];
  Out* out = canvas.mutable_raw<Out>();
  const std::array<double, 6> m = warp.to_canvas.inverse().matrix();
  const bool smooth = options.interpolation == Interpolation::bilinear;
  const WarpKernel kernel = smooth ? kernels::warp_bilinear : plain::warp_nearest;
  const std::int64_t across = smooth ? samples_for(std::hypot(m[0], m[3])) : 1;
  const std::int64_t down = smooth ? samples_for(std::hypot(m[1], m[4])) : 1;
  parallel_for(0, canvas.size(0), strip, [&](std::int64_t first, std::int64_t last) {
    std::vector<float> lines(static_cast<std::size_t>(strip * width));
    std::vector<float> bend_x(warp.displacement ? lines.size() : 0);
    std::vector<float> bend_y(bend_x.size());
    std::optional<DisplacementRows> bends;
    if (warp.displacement) bends.emplace(*warp.displacement, options.origin.x, width);
    for (std::int64_t y = first; y < last; y += strip) {
      const std::int64_t rows = std::min(strip, last - y);
      const double top = options.origin.y + static_cast<double>(y);
      for (std::int64_t row = 0; bends && row < rows; ++row) {
        bends->row(top + static_cast<double>(row) + 0.5, bend_x.data() + row * width,
                   bend_y.data() + row * width);
      }
      kernel({picture,
              m,
              {options.origin.x, top},
              across,
              down,
              static_cast<float>(options.fill),
              bends ? bend_x.data() : nullptr,
              bends ? bend_y.data() : nullptr},
             rows, width, lines.data());
      for (std::int64_t row = 0; row < rows; ++row) {
        const float* line = lines.data() + row * width;
        std::transform(line, line + width, out + (y + row) * stride, rounded_pixel<Out>);
      }
    }
  });
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
  if (canvas.dtype() == DType::f32) return warp_rows<float>(source, warp, options, canvas);
  with_values(source, "warp",
              [&]<class T>(const T* /*pixels*/) { warp_rows<T>(source, warp, options, canvas); });
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
