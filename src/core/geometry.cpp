#include "mammo/core/geometry.hpp"

#include "mammo/core/error.hpp"

#include <algorithm>
#include <cmath>

namespace mammo {
namespace {

std::vector<std::int64_t> spread(std::int64_t length, std::int64_t tile, std::int64_t overlap) {
  if (length <= tile) return {0};
  const std::int64_t step = tile - overlap;
  const std::int64_t last = length - tile;
  const std::int64_t gaps = (last + step - 1) / step;
  std::vector<std::int64_t> starts;
  for (std::int64_t i = 0; i <= gaps; ++i) starts.push_back(last * i / gaps);
  return starts;
}

// Where a window of `side` around `centre` begins on an axis of `length`.
double window_start(double centre, std::int64_t side, std::int64_t length) {
  if (side >= length) return -std::floor(static_cast<double>(side - length) / 2);
  return std::clamp(std::round(centre - static_cast<double>(side) / 2), 0.0,
                    static_cast<double>(length - side));
}

} // namespace

Box intersection(const Box& a, const Box& b) {
  const double left = std::max(a.x, b.x);
  const double top = std::max(a.y, b.y);
  return {left, top, std::max(0.0, std::min(a.right(), b.right()) - left),
          std::max(0.0, std::min(a.bottom(), b.bottom()) - top)};
}

double iou(const Box& a, const Box& b) {
  const double common = intersection(a, b).area();
  const double joined = a.area() + b.area() - common;
  return joined > 0 ? common / joined : 0;
}

Box clip(const Box& box, double width, double height) {
  const double left = std::clamp(box.x, 0.0, width);
  const double top = std::clamp(box.y, 0.0, height);
  return {left, top, std::clamp(box.right(), 0.0, width) - left, std::clamp(box.bottom(), 0.0, height) - top};
}

AffineTransform AffineTransform::rotation(double radians) {
  const double c = std::cos(radians);
  const double s = std::sin(radians);
  return {c, -s, 0, s, c, 0};
}

Box window_around(Point centre, std::int64_t side, std::int64_t height, std::int64_t width) {
  require<ArgumentError>(side > 0 && height > 0 && width > 0, "window of ", side, " pixels in ", height,
                         " x ", width, ", expected positive sizes");
  require<ArgumentError>(std::isfinite(centre.x) && std::isfinite(centre.y), "window around (", centre.x,
                         ", ", centre.y, "), expected finite numbers");
  const auto edge = static_cast<double>(side);
  return {window_start(centre.x, side, width), window_start(centre.y, side, height), edge, edge};
}

Point AffineTransform::apply(Point p) const {
  return {m_[0] * p.x + m_[1] * p.y + m_[2], m_[3] * p.x + m_[4] * p.y + m_[5]};
}

Box AffineTransform::apply(const Box& box) const {
  const std::array corners{apply(Point{box.x, box.y}), apply(Point{box.right(), box.y}),
                           apply(Point{box.x, box.bottom()}), apply(Point{box.right(), box.bottom()})};
  const auto [left, right] = std::ranges::minmax(corners, {}, &Point::x);
  const auto [top, bottom] = std::ranges::minmax(corners, {}, &Point::y);
  return {left.x, top.y, right.x - left.x, bottom.y - top.y};
}

AffineTransform AffineTransform::inverse() const {
  const double determinant = m_[0] * m_[4] - m_[1] * m_[3];
  require<ArgumentError>(std::isfinite(determinant) && determinant != 0,
                         "inverse of a transform with determinant ", determinant);
  const double a = m_[4] / determinant;
  const double b = -m_[1] / determinant;
  const double d = -m_[3] / determinant;
  const double e = m_[0] / determinant;
  return {a, b, -(a * m_[2] + b * m_[5]), d, e, -(d * m_[2] + e * m_[5])};
}

AffineTransform AffineTransform::then(const AffineTransform& next) const {
  const auto& n = next.m_;
  return {n[0] * m_[0] + n[1] * m_[3], n[0] * m_[1] + n[1] * m_[4], n[0] * m_[2] + n[1] * m_[5] + n[2],
          n[3] * m_[0] + n[4] * m_[3], n[3] * m_[1] + n[4] * m_[4], n[3] * m_[2] + n[4] * m_[5] + n[5]};
}

Box ellipse_extent(const AffineTransform& transform, const Box& box) {
  const auto& m = transform.matrix();
  const Point center = transform.apply(Point{box.x + box.width / 2, box.y + box.height / 2});
  const double half_width = std::hypot(m[0] * box.width, m[1] * box.height) / 2;
  const double half_height = std::hypot(m[3] * box.width, m[4] * box.height) / 2;
  return {center.x - half_width, center.y - half_height, 2 * half_width, 2 * half_height};
}

TileGrid::TileGrid(std::int64_t height, std::int64_t width, std::int64_t tile_h, std::int64_t tile_w,
                   std::int64_t overlap)
    : tile_height(tile_h), tile_width(tile_w) {
  require<ArgumentError>(height > 0 && width > 0 && tile_h > 0 && tile_w > 0, "tiles of ", tile_h, " x ",
                         tile_w, " over ", height, " x ", width, ", expected positive sizes");
  require<ArgumentError>(overlap >= 0 && overlap < std::min(tile_h, tile_w), "tile overlap ", overlap,
                         ", expected 0 to ", std::min(tile_h, tile_w) - 1);
  tops = spread(height, tile_h, overlap);
  lefts = spread(width, tile_w, overlap);
}

} // namespace mammo
