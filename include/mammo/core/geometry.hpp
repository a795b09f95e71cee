#pragma once

#include <array>
#include <cstdint>
#include <vector>

namespace mammo {

/// A rectangle in pixels: left edge, top edge, width, height. Edges, not pixel centres: a box of one pixel at
/// the origin is {0, 0, 1, 1}.
struct Box {
  double x = 0;
  double y = 0;
  double width = 0;
  double height = 0;

  double right() const { return x + width; }
  double bottom() const { return y + height; }
  double area() const { return width > 0 && height > 0 ? width * height : 0; }
  bool operator==(const Box&) const = default;
};

Box intersection(const Box& a, const Box& b);
/// Intersection over union; 0 where both are empty.
double iou(const Box& a, const Box& b);
/// The part of `box` inside [0, width] x [0, height].
Box clip(const Box& box, double width, double height);

struct Point {
  double x = 0;
  double y = 0;
};

/// A square of `side` pixels around `centre`, its edges on whole pixels, moved no further than keeps it
/// inside a picture of height x width pixels. Along an axis on which the picture is smaller, the picture lies
/// in the square's middle. Throws ArgumentError unless the sizes are positive and the centre finite.
Box window_around(Point centre, std::int64_t side, std::int64_t height, std::int64_t width);

/// A 2x3 matrix taking pixel coordinates of one picture to those of another:
/// x' = a x + b y + c, y' = d x + e y + f.
class AffineTransform {
 public:
  AffineTransform() = default;
  AffineTransform(double a, double b, double c, double d, double e, double f) : m_{a, b, c, d, e, f} {}
  static AffineTransform scaling(double x, double y) { return {x, 0, 0, 0, y, 0}; }
  static AffineTransform translation(double x, double y) { return {1, 0, x, 0, 1, y}; }
  /// About the origin. Rows count downwards, so a positive angle turns clockwise on the screen.
  static AffineTransform rotation(double radians);

  Point apply(Point p) const;
  /// The extent of the transformed corners.
  Box apply(const Box& box) const;
  /// Throws ArgumentError where the matrix is singular.
  AffineTransform inverse() const;
  /// First this transform, then `next`.
  AffineTransform then(const AffineTransform& next) const;
  /// a, b, c, d, e, f.
  const std::array<double, 6>& matrix() const { return m_; }

 private:
  std::array<double, 6> m_{1, 0, 0, 0, 1, 0};
};

/// The tight extent of the transformed ellipse that is inscribed in `box`. A lesion fills its box's ellipse
/// rather than its corners, so under a rotation this box stays close to it where the extent of the corners
/// grows.
Box ellipse_extent(const AffineTransform& transform, const Box& box);

/// Tiles of one size that cover a picture: evenly spread, each inside the picture, neighbours overlapping by
/// at least `overlap`. A picture smaller than a tile gets one tile at the origin, reaching past its edge.
struct TileGrid {
  std::int64_t tile_height = 0;
  std::int64_t tile_width = 0;
  std::vector<std::int64_t> tops;
  std::vector<std::int64_t> lefts;

  /// Sizes in pixels. Throws ArgumentError unless 0 <= overlap < both tile sizes and all sizes are positive.
  TileGrid(std::int64_t height, std::int64_t width, std::int64_t tile_height, std::int64_t tile_width,
           std::int64_t overlap);
};

} // namespace mammo
