#pragma once

#include "mammo/backend/operation.hpp"
#include "mammo/core/tensor.hpp"

#include <cstdint>
#include <span>
#include <vector>

namespace mammo::models {

/// Boxes of fixed sizes at every cell of every feature map, in the order and with the rounding of
/// torchvision's AnchorGenerator.
struct AnchorConfig {
  /// For each level, square roots of the areas in input pixels.
  std::vector<std::vector<double>> sizes{};
  /// Height over width, for every size of every level.
  std::vector<double> aspect_ratios{1.0};

  bool operator==(const AnchorConfig&) const = default;
};

/// Anchors at a cell. Throws ArgumentError on a configuration without levels, sizes or ratios, on one whose
/// levels have different numbers of sizes, and on numbers that are not positive.
std::int64_t anchors_per_cell(const AnchorConfig& config);

/// f32 [A, 4] of (x1, y1, x2, y2) in input pixels, for a grid of cells a level: all of the first level first;
/// in a level cells row by row; at a cell ratio by ratio, and for each ratio size by size. Cells lie
/// `input / grid` apart, in whole numbers, the first at the input's corner; the corners of a cell's anchors
/// are rounded to whole pixels, half to even. Throws ShapeError unless there is a grid for each level and
/// no grid is empty or larger than the input.
Tensor make_anchors(const AnchorConfig& config, std::span<const Size2d> grids, Size2d input);

} // namespace mammo::models
