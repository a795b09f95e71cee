#pragma once

#include "mammo/backend/operation.hpp"
#include "mammo/core/tensor.hpp"

namespace mammo {

// Boxes in tensors are rows (x1, y1, x2, y2) in pixels.

/// Boxes [N, 4] from regression output [N, 4] and anchors [N, 4], as BoxDecode.
Tensor box_decode(const Tensor& deltas, const Tensor& anchors, const BoxDecode& options = {});

/// Indices i64 [K] of the boxes that greedy non-maximum suppression keeps, best score first; boxes [N, 4],
/// scores [N]. A box goes when its IoU with a kept one is above the threshold.
Tensor nms(const Tensor& boxes, const Tensor& scores, const Nms& options = {});

} // namespace mammo
