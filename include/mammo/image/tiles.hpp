#pragma once

#include "mammo/core/geometry.hpp"
#include "mammo/core/tensor.hpp"

#include <cstdint>
#include <span>
#include <vector>

namespace mammo::image {

/// A part of a picture, and where its points went.
struct Part {
  Tensor picture;
  AffineTransform to_part; ///< from the whole picture to the part: a shift by whole pixels
};

/// The part of a picture [H, W] of any dtype that begins at row `top`, column `left`, which may lie outside:
/// what lies beyond the picture is `fill`. Crops and pads alike. Throws ShapeError on another picture,
/// ArgumentError on a part without pixels or a corner beyond 2^30.
Part crop(const Tensor& picture, std::int64_t top, std::int64_t left, std::int64_t height, std::int64_t width,
          double fill = 0);

/// The tiles of a grid, row after row of tiles; a tile that reaches past the picture is filled up.
std::vector<Part> cut(const Tensor& picture, const TileGrid& grid, double fill = 0);

/// Puts tiles together to a picture of height x width, f32. Where tiles overlap they are blended: a pixel's
/// weight in a tile is the product over both axes of its distance to the tile's nearer edge, so that a tile
/// fades out towards its edges and seams do not show. Tiles cut from a picture give that picture again, to
/// rounding.
///
/// `tiles`: f32 [tile_height, tile_width] each, in cut()'s order, their count the grid's. Throws ShapeError
/// or TypeError on other tiles, ArgumentError where the grid leaves a pixel uncovered.
Tensor blend(std::span<const Tensor> tiles, const TileGrid& grid, std::int64_t height, std::int64_t width);

} // namespace mammo::image
