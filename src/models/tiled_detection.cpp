#include "mammo/models/tiled_detection.hpp"

#include "mammo/ops/arrange.hpp"

#include <algorithm>
#include <functional>
#include <numeric>

namespace mammo::models {
namespace {

struct Found {
  std::size_t tile;
  Detection detection;
};

// An object that only one of the tiles can see lies outside what both see, and agrees with nothing.
bool agree(const Found& a, const Found& b, std::span<const TileDetections> tiles, double agreement) {
  if (a.tile == b.tile || a.detection.label != b.detection.label) return false;
  const Box common = intersection(tiles[a.tile].tile, tiles[b.tile].tile);
  const Box seen_by_a = intersection(a.detection.box, common);
  const Box seen_by_b = intersection(b.detection.box, common);
  return seen_by_a.area() > 0 && seen_by_b.area() > 0 && iou(seen_by_a, seen_by_b) >= agreement;
}

Box enclosing(const Box& a, const Box& b) {
  const double x = std::min(a.x, b.x);
  const double y = std::min(a.y, b.y);
  return {x, y, std::max(a.right(), b.right()) - x, std::max(a.bottom(), b.bottom()) - y};
}

// Groups as trees: each element points towards the first of its group.
std::size_t root_of(std::vector<std::size_t>& parents, std::size_t i) {
  while (parents[i] != i) i = parents[i] = parents[parents[i]];
  return i;
}

Tensor tile_of(const Tensor& x, std::int64_t top, std::int64_t left, const TilingConfig& config) {
  const std::int64_t bottom = std::min(top + config.tile_height, x.size(2));
  const std::int64_t right = std::min(left + config.tile_width, x.size(3));
  Tensor part = x.slice(2, top, bottom).slice(3, left, right).contiguous();
  const std::int64_t rows_short = config.tile_height - part.size(2);
  const std::int64_t columns_short = config.tile_width - part.size(3);
  if (rows_short == 0 && columns_short == 0) return part;
  return pad(part, {0, 0, 0, 0}, {0, 0, rows_short, columns_short});
}

} // namespace

std::vector<Detection> stitch(std::span<const TileDetections> tiles, double agreement) {
  std::vector<Found> all;
  for (std::size_t t = 0; t < tiles.size(); ++t) {
    for (const Detection& detection : tiles[t].found) all.push_back({t, detection});
  }
  std::vector<std::size_t> parents(all.size());
  std::iota(parents.begin(), parents.end(), std::size_t{0});
  for (std::size_t i = 0; i < all.size(); ++i) {
    for (std::size_t j = 0; j < i; ++j) {
      if (!agree(all[i], all[j], tiles, agreement)) continue;
      const auto [first, second] = std::minmax({root_of(parents, i), root_of(parents, j)});
      parents[second] = first;
    }
  }
  std::vector<Detection> joined;
  for (std::size_t i = 0; i < all.size(); ++i) {
    if (root_of(parents, i) != i) continue;
    Detection whole = all[i].detection;
    for (std::size_t j = i + 1; j < all.size(); ++j) {
      if (root_of(parents, j) != i) continue;
      whole.box = enclosing(whole.box, all[j].detection.box);
      whole.score = std::max(whole.score, all[j].detection.score);
    }
    joined.push_back(whole);
  }
  std::ranges::stable_sort(joined, std::greater<>(), &Detection::score);
  return joined;
}

std::vector<std::vector<Detection>> detect_in_tiles(const DetectFunction& detect, const Tensor& x,
                                                    const TilingConfig& config) {
  require<ShapeError>(x.rank() == 4, "tiles of ", x.shape(), ", expected [N, C, H, W]");
  const std::int64_t height = x.size(2);
  const std::int64_t width = x.size(3);
  const TileGrid grid(height, width, config.tile_height, config.tile_width, config.overlap);
  const Tensor pictures = x.plain().detached();
  std::vector<std::vector<TileDetections>> by_picture(static_cast<std::size_t>(x.size(0)));
  for (const std::int64_t top : grid.tops) {
    for (const std::int64_t left : grid.lefts) {
      const Box tile{static_cast<double>(left), static_cast<double>(top),
                     static_cast<double>(config.tile_width), static_cast<double>(config.tile_height)};
      auto found = detect(tile_of(pictures, top, left, config));
      require<ShapeError>(found.size() == by_picture.size(), "a detector gave boxes of ", found.size(),
                          " pictures for a batch of ", by_picture.size());
      for (std::size_t n = 0; n < found.size(); ++n) {
        for (Detection& detection : found[n]) {
          detection.box.x += tile.x;
          detection.box.y += tile.y;
          detection.box = clip(detection.box, static_cast<double>(width), static_cast<double>(height));
        }
        std::erase_if(found[n], [](const Detection& detection) { return detection.box.area() <= 0; });
        by_picture[n].push_back({tile, std::move(found[n])});
      }
    }
  }
  std::vector<std::vector<Detection>> result;
  for (const auto& tiles : by_picture) result.push_back(stitch(tiles, config.agreement));
  return result;
}

} // namespace mammo::models
