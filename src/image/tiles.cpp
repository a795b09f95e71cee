#include "mammo/image/tiles.hpp"

#include "mammo/core/error.hpp"

#include <algorithm>
#include <cmath>

namespace mammo::image {
namespace {

// Twice the distance of pixel i's centre to the nearer end of [0, size].
float edge_weight(std::int64_t i, std::int64_t size) {
  return static_cast<float>(std::min(2 * i + 1, 2 * (size - i) - 1));
}

} // namespace

Part crop(const Tensor& picture, std::int64_t top, std::int64_t left, std::int64_t height, std::int64_t width,
          double fill) {
  constexpr std::int64_t farthest = std::int64_t{1} << 30;
  require<ShapeError>(picture.defined() && picture.rank() == 2, "crop: a picture of shape ",
                      picture.defined() ? picture.shape() : Shape{}, ", expected [H, W]");
  require<ArgumentError>(height >= 1 && width >= 1, "crop to ", height, " x ", width,
                         ", expected at least one pixel");
  require<ArgumentError>(std::max({std::abs(top), std::abs(left), height, width}) <= farthest, "crop at ",
                         top, ", ", left, " of ", height, " x ", width, ", expected at most ", farthest);
  Part part{Tensor::full({height, width}, fill, {.dtype = picture.dtype()}),
            AffineTransform::translation(-static_cast<double>(left), -static_cast<double>(top))};
  const std::int64_t first_row = std::clamp<std::int64_t>(top, 0, picture.size(0));
  const std::int64_t last_row = std::clamp<std::int64_t>(top + height, 0, picture.size(0));
  const std::int64_t first_column = std::clamp<std::int64_t>(left, 0, picture.size(1));
  const std::int64_t last_column = std::clamp<std::int64_t>(left + width, 0, picture.size(1));
  if (first_row >= last_row || first_column >= last_column) return part;
  part.picture.slice(0, first_row - top, last_row - top)
      .slice(1, first_column - left, last_column - left)
      .copy_from(picture.slice(0, first_row, last_row).slice(1, first_column, last_column));
  return part;
}

std::vector<Part> cut(const Tensor& picture, const TileGrid& grid, double fill) {
  std::vector<Part> tiles;
  for (const std::int64_t top : grid.tops) {
    for (const std::int64_t left : grid.lefts) {
      tiles.push_back(crop(picture, top, left, grid.tile_height, grid.tile_width, fill));
    }
  }
  return tiles;
}

Tensor blend(std::span<const Tensor> tiles, const TileGrid& grid, std::int64_t height, std::int64_t width) {
  require<ShapeError>(tiles.size() == grid.tops.size() * grid.lefts.size(), "blend: ", tiles.size(),
                      " tiles for a grid of ", grid.tops.size(), " x ", grid.lefts.size());
  Tensor picture = Tensor::zeros({height, width});
  Tensor weights = Tensor::zeros({height, width});
  float* sum = picture.mutable_data<float>().data();
  float* weight_sum = weights.mutable_data<float>().data();
  for (std::size_t i = 0; i < tiles.size(); ++i) {
    require<ShapeError>(tiles[i].defined() && tiles[i].shape() == Shape{grid.tile_height, grid.tile_width},
                        "blend: tile ", i, " of shape ", tiles[i].defined() ? tiles[i].shape() : Shape{},
                        ", expected [", grid.tile_height, ", ", grid.tile_width, "]");
    const Tensor tile = tiles[i].contiguous();
    const float* values = tile.data<float>().data();
    const std::int64_t top = grid.tops[i / grid.lefts.size()];
    const std::int64_t left = grid.lefts[i % grid.lefts.size()];
    for (std::int64_t y = 0; y < std::min(grid.tile_height, height - top); ++y) {
      const float row_weight = edge_weight(y, grid.tile_height);
      for (std::int64_t x = 0; x < std::min(grid.tile_width, width - left); ++x) {
        const float weight = row_weight * edge_weight(x, grid.tile_width);
        const std::int64_t at = (top + y) * width + left + x;
        sum[at] += weight * values[y * grid.tile_width + x];
        weight_sum[at] += weight;
      }
    }
  }
  for (std::int64_t i = 0; i < height * width; ++i) {
    require<ArgumentError>(weight_sum[i] > 0, "blend: no tile covers row ", i / width, ", column ",
                           i % width);
    sum[i] /= weight_sum[i];
  }
  return picture;
}

} // namespace mammo::image
