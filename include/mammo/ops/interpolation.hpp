#pragma once

#include "mammo/backend/operation.hpp"
#include "mammo/core/tensor.hpp"

namespace mammo {

/// x [N, C, H, W] -> [N, C, output]: row i is source row floor(i H / OH), columns likewise.
Tensor interpolate_nearest(const Tensor& x, Size2d output);

/// x [N, C, H, W] -> [N, C, output], bilinear, without anti-aliasing. Maps pixel centres onto each other, or
/// the centres of the corner pixels where `align_corners`.
Tensor interpolate_bilinear(const Tensor& x, Size2d output, bool align_corners = false);

} // namespace mammo
