#pragma once

#include "mammo/core/tensor.hpp"

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

namespace mammo::image {

/// Pixels begin to end - 1 of a row.
struct Run {
  std::int32_t begin = 0;
  std::int32_t end = 0;
};

/// A mask as the runs of its pixels, row by row, left to right: a breast has one or two a row, so what would
/// be a pass over millions of pixels is one over thousands of runs.
struct RunMask {
  std::int64_t height = 0;
  std::int64_t width = 0;
  std::vector<Run> runs;
  std::vector<std::size_t> row_start{0}; ///< of each row its first run, and the runs' number at the end

  std::span<const Run> row(std::int64_t y) const {
    const auto at = static_cast<std::size_t>(y);
    return std::span(runs).subspan(row_start[at], row_start[at + 1] - row_start[at]);
  }
  void end_row() { row_start.push_back(runs.size()); }
};

/// Where `pixels`, u8 [height, width], are over `level`.
RunMask runs_above(const std::uint8_t* pixels, std::int64_t height, std::int64_t width, int level);

/// All pixels that are not in the mask.
RunMask complement(const RunMask& mask);

/// For each run a number from 0: the same for runs that are joined through their sides, or also through their
/// corners. Numbered in the order of their first runs.
std::vector<std::int32_t> connected(const RunMask& mask, bool through_corners);

/// Which runs belong to a part that reaches the picture's edge; `parts` as connected() returned them.
std::vector<bool> reaching_edge(const RunMask& mask, const std::vector<std::int32_t>& parts);

/// The mask with what it encloses.
RunMask without_holes(const RunMask& mask);

/// All pixels of the picture within `radius` pixels of the mask.
RunMask dilated(const RunMask& mask, int radius);

/// What is in either; both of one size.
RunMask united(const RunMask& a, const RunMask& b);

/// 1 in the mask, 0 elsewhere: u8 [H, W].
Tensor tensor_of(const RunMask& mask);

} // namespace mammo::image
