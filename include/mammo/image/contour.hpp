#pragma once

#include "mammo/core/tensor.hpp"

#include <cstdint>
#include <vector>

namespace mammo::image {

struct PixelPoint {
  std::int32_t x = 0;
  std::int32_t y = 0;
  bool operator==(const PixelPoint&) const = default;
};

/// A closed way along the pixels at a part's edge: each point is one of the eight neighbours of the one
/// before it, the first of the last.
using Contour = std::vector<PixelPoint>;

/// The outer edges of a picture's 8-connected parts that are brighter than `level`, without those that lie in
/// a hole of another part: border following (Suzuki and Abe 1985, CVGIP 30, section 4), from each part's
/// uppermost row, leftmost pixel of it; the parts in the order of these. Every edge pixel is kept, as
/// OpenCV's RETR_EXTERNAL with CHAIN_APPROX_NONE does.
///
/// `grey`: u8 [H, W]. Throws TypeError or ShapeError on another picture, ArgumentError unless 0 <= level <=
/// 255.
std::vector<Contour> external_contours(const Tensor& grey, int level = 0);

/// Its length in pixels: 1 to a neighbour along an axis, the square root of 2 to a diagonal one.
double perimeter(const Contour& contour);

/// What the contour encloses, itself included, and with a `thickness` over 1 all that is within half of it
/// (rounded up) of the contour, as a pen of that width draws it: 1 there and 0 elsewhere, u8 [height, width].
/// Throws ArgumentError on an empty contour, one that leaves the picture, or a thickness outside 1 to 255.
Tensor filled_contour(const Contour& contour, std::int64_t height, std::int64_t width, int thickness = 1);

} // namespace mammo::image
