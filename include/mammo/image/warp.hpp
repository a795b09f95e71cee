#pragma once

#include "mammo/core/geometry.hpp"
#include "mammo/core/tensor.hpp"

#include <array>
#include <cstdint>
#include <optional>

namespace mammo::image {

/// A smooth displacement of a canvas, for elastic warps: a uniform cubic B-spline over a grid of nodes
/// (Rueckert et al., "Nonrigid registration using free-form deformations", IEEE Trans. Med. Imaging 18(8),
/// 1999, eq. 1). Node (r, c) lies at x = (c - 1) spacing, y = (r - 1) spacing; all in canvas pixels.
///
/// No node moves by a quarter of the spacing or more, which keeps the warp invertible: the displacement then
/// changes by less than one pixel a pixel.
class Displacement {
 public:
  /// `nodes`: f32 [2, rows, columns], x before y, at least 4 rows and columns. Throws ShapeError or TypeError
  /// on other nodes, ArgumentError on a spacing that is not positive and on a node that moves too far.
  Displacement(Tensor nodes, double spacing);

  /// Nodes needed to cover a canvas of that length.
  static std::int64_t nodes_over(std::int64_t length, double spacing);

  double spacing() const { return spacing_; }
  const Tensor& nodes() const { return nodes_; }
  /// The displacement at a point of the canvas; beyond the grid, that of its edge.
  Point at(Point p) const;

 private:
  Tensor nodes_;
  double spacing_;
};

/// Where a picture's points come to lie on a canvas: an affine transform, bent by a displacement where there
/// is one. The canvas's point q shows the picture's point to_canvas^-1(q + displacement(q)). Coordinates are
/// between pixel edges, as Box counts them.
struct Warp {
  AffineTransform to_canvas;
  std::optional<Displacement> displacement = std::nullopt;

  /// From the picture to the canvas. With a displacement by fixed-point iteration, to 1e-6 pixels.
  Point apply(Point p) const;
  /// From the canvas to the picture. Throws ArgumentError where the affine transform is singular.
  Point invert(Point p) const;
};

/// The extent on the canvas of the ellipse that is inscribed in `box`: exact for an affine warp, from 64
/// points of the ellipse for an elastic one.
Box ellipse_extent(const Warp& warp, const Box& box);

enum class Interpolation : std::uint8_t {
  nearest, ///< for masks
  bilinear,
};

struct WarpOptions {
  Interpolation interpolation = Interpolation::bilinear;
  /// Value of what lies outside of the picture; at its edge bilinear interpolation mixes with it.
  double fill = 0;
  /// The canvas point that the first pixel's corner lies at, for a part of a canvas.
  Point origin = {};
};

/// Fills `canvas` with the warped picture. Where the warp makes the picture smaller, bilinear interpolation
/// takes the mean over a grid of ceil(reduction - 1/4) points a pixel and axis, so that fine detail is
/// averaged and does not turn into patterns.
///
/// `picture`: u8, u16 or f32 [H, W]; `canvas`: f32 or the picture's dtype, [h, w], dense or a slice of a
/// dense one, up to 65536 pixels a side. Integer pixels are rounded to nearest. Throws ShapeError or
/// TypeError on other tensors, ArgumentError on a singular transform.
void warp_into(const Tensor& picture, const Warp& warp, Tensor& canvas, const WarpOptions& options = {});

/// warp_into a new canvas of height x width pixels: of the picture's dtype for a nearest warp, else f32.
Tensor warp(const Tensor& picture, const Warp& warp, std::int64_t height, std::int64_t width,
            const WarpOptions& options = {});

} // namespace mammo::image
