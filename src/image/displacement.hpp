#pragma once

#include "mammo/image/warp.hpp"

#include <array>
#include <cstdint>
#include <vector>

namespace mammo::image {

// The four nodes, from `first` on, that a point's displacement along one axis depends on.
struct SplineTap {
  std::int64_t first = 0;
  std::array<float, 4> weights{};
};

SplineTap spline_tap(double position, double spacing, std::int64_t nodes);

// The displacement at the pixel centres of a canvas, row by row: what depends on the column alone is
// prepared once.
class DisplacementRows {
 public:
  // Columns `left` to `left + width`.
  DisplacementRows(const Displacement& displacement, double left, std::int64_t width);

  // Writes `width` displacements of the row whose centre is at `y`.
  void row(double y, float* dx, float* dy);

 private:
  const Displacement* displacement_;
  std::vector<SplineTap> taps_;
  std::vector<float> line_; // one row of nodes at that y: x, then y
};

} // namespace mammo::image
