#include "mammo/models/anchors.hpp"

#include <array>
#include <cmath>

namespace mammo::models {
namespace {

using Corners = std::array<float, 4>;

// Around the origin. In f32 throughout, because the rounding of half pixels depends on it.
std::vector<Corners> cell_anchors(const std::vector<double>& sizes, const std::vector<double>& ratios) {
  std::vector<Corners> anchors;
  for (const double ratio : ratios) {
    const float height_ratio = std::sqrt(static_cast<float>(ratio));
    const float width_ratio = 1.0F / height_ratio;
    for (const double size : sizes) {
      const float x = std::nearbyint(width_ratio * static_cast<float>(size) / 2);
      const float y = std::nearbyint(height_ratio * static_cast<float>(size) / 2);
      anchors.push_back({-x, -y, x, y});
    }
  }
  return anchors;
}

bool all_positive(const std::vector<double>& values) {
  for (const double value : values) {
    if (!(value > 0 && value < 1e6)) return false;
  }
  return !values.empty();
}

} // namespace

std::int64_t anchors_per_cell(const AnchorConfig& config) {
  require<ArgumentError>(!config.sizes.empty(), "anchors without sizes");
  require<ArgumentError>(all_positive(config.aspect_ratios), "anchor aspect ratios, expected one or more "
                                                             "positive numbers");
  for (const auto& sizes : config.sizes) {
    require<ArgumentError>(all_positive(sizes) && sizes.size() == config.sizes.front().size(),
                           "anchor sizes, expected equally many positive numbers for each level");
  }
  return static_cast<std::int64_t>(config.sizes.front().size() * config.aspect_ratios.size());
}

Tensor make_anchors(const AnchorConfig& config, std::span<const Size2d> grids, Size2d input) {
  const std::int64_t per_cell = anchors_per_cell(config);
  require<ShapeError>(grids.size() == config.sizes.size(), grids.size(), " feature maps for anchors of ",
                      config.sizes.size(), " levels");
  std::int64_t count = 0;
  for (const Size2d grid : grids) {
    require<ShapeError>(grid.height > 0 && grid.width > 0 && grid.height <= input.height &&
                            grid.width <= input.width,
                        "feature map of ", grid.height, " x ", grid.width, " for an input of ", input.height,
                        " x ", input.width);
    count += grid.height * grid.width * per_cell;
  }
  Tensor result = Tensor::empty({count, 4});
  float* out = result.mutable_data<float>().data();
  for (std::size_t level = 0; level < grids.size(); ++level) {
    const auto corners = cell_anchors(config.sizes[level], config.aspect_ratios);
    const Size2d grid = grids[level];
    const Size2d stride(input.height / grid.height, input.width / grid.width);
    for (std::int64_t row = 0; row < grid.height; ++row) {
      for (std::int64_t column = 0; column < grid.width; ++column) {
        const auto x = static_cast<float>(column * stride.width);
        const auto y = static_cast<float>(row * stride.height);
        for (const Corners& c : corners) {
          *out++ = x + c[0];
          *out++ = y + c[1];
          *out++ = x + c[2];
          *out++ = y + c[3];
        }
      }
    }
  }
  return result;
}

} // namespace mammo::models
