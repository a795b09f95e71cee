#pragma once

#include "data/plane.hpp"
#include "mammo/core/geometry.hpp"

#include <span>

namespace mammo::data {

// All coordinates are pixels between pixel edges, as in Box: pixel (i, j)'s centre is at (i + 0.5, j + 0.5).

// The pixels whose centre is inside the polygon (even-odd rule).
Mask fill_polygon(std::span<const Point> polygon, std::int64_t height, std::int64_t width);

// The least box of whole pixels that holds the mask; empty for an empty mask.
Box extent(const Mask& mask);

// From each pixel's centre to that of the nearest pixel of the mask that has `value`, exact (Felzenszwalb and
// Huttenlocher, "Distance transforms of sampled functions", Theory of Computing 8, 2012). Larger than any
// distance in the picture where there is none.
Field distance_to(const Mask& mask, std::uint8_t value);

struct Pen {
  double first; // pixels wide at a line's start
  double last;  // and at its end
  double amount;
  bool fades = false; // towards both ends
};

// Draws a line of pieces with soft edges into the field: where the line is brighter than what is there, it
// replaces it. Lines narrower than a pixel are drawn a pixel wide, and fainter.
void draw_line(Field& field, std::span<const Point> line, const Pen& pen);

// A round spot, added; the same holds for its radius.
void add_spot(Field& field, Point center, double radius, double amount);

} // namespace mammo::data
