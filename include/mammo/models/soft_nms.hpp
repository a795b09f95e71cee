#pragma once

#include "mammo/models/retinanet.hpp"

#include <cstdint>
#include <vector>

namespace mammo::models {

/// By what the score of a box is multiplied whose IoU with a better one is u.
enum class SoftNmsDecay : std::uint8_t {
  linear,   ///< 1 - u above the threshold, 1 below
  gaussian, ///< exp(-u^2 / sigma)
};

struct SoftNmsConfig {
  SoftNmsDecay decay = SoftNmsDecay::gaussian;
  double iou_threshold = 0.3;     ///< of the linear decay
  double sigma = 0.5;             ///< of the gaussian one
  double score_threshold = 0.001; ///< boxes are dropped whose score has sunk to this

  bool operator==(const SoftNmsConfig&) const = default;
};

/// Soft non-maximum suppression (Bodla et al. 2017, "Soft-NMS: improving object detection with one line of
/// code", section 3), class by class: a box that overlaps a better one keeps a lower score instead of going.
/// The detections that are left, with their new scores, best first; of equal ones the earlier first. For
/// boxes that nothing has suppressed yet, such as `detect` gives with an nms_threshold of 1. Throws
/// ArgumentError on a sigma that is not positive.
std::vector<Detection> soft_nms(const std::vector<Detection>& detections, const SoftNmsConfig& config = {});

} // namespace mammo::models
