#pragma once

#include "mammo/models/box_fusion.hpp"

#include <functional>
#include <span>
#include <vector>

namespace mammo::models {

/// Any detector: pictures [N, C, H, W] -> the boxes of each. For a RetinaNet
/// `[&](const Tensor& x) { return net.postprocess(net.forward(x)); }`.
using DetectFunction = std::function<std::vector<std::vector<Detection>>(const Tensor& x)>;

struct TilingConfig {
  std::int64_t tile_height = 640;
  std::int64_t tile_width = 640;
  /// Least number of pixels that neighbours share: what is smaller lies whole in one of them.
  std::int64_t overlap = 128;
  /// From which IoU on two tiles agree on a box.
  double agreement = 0.5;

  bool operator==(const TilingConfig&) const = default;
};

/// What a detector found in one tile, in coordinates of the whole picture.
struct TileDetections {
  Box tile;
  std::vector<Detection> found;
};

/// Joins the boxes of objects that several tiles have a part of: two boxes of one class from different tiles
/// are one object where, looked at inside the pixels that both tiles see, they agree. The result encloses
/// both and has the better score; best first. Seed 003, section 9.1.1, asks for such an algorithm and names
/// none; this one is ours.
std::vector<Detection> stitch(std::span<const TileDetections> tiles, double agreement = 0.5);

/// Runs a detector over overlapping tiles of full resolution (seed 003, section 9.1.1) and stitches its
/// boxes: x [N, C, H, W] -> the boxes of each picture. A picture smaller than a tile is padded with zeros at
/// its right and bottom, and boxes are clipped to it. Throws ArgumentError on sizes that make no tiles.
std::vector<std::vector<Detection>> detect_in_tiles(const DetectFunction& detect, const Tensor& x,
                                                    const TilingConfig& config = {});

} // namespace mammo::models
