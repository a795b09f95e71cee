#pragma once

#include "mammo/models/retinanet.hpp"

#include <cstdint>
#include <span>
#include <vector>

namespace mammo::models {

/// The score of a fused box.
enum class FusedScore : std::uint8_t {
  average, ///< over all models, those that found nothing there counting as 0
  maximum, ///< the best, its model's weight relative to the largest one
};

struct BoxFusionConfig {
  /// A box joins a cluster whose fused box it overlaps by a larger IoU.
  double iou_threshold = 0.55;
  /// Boxes with a lower score are left out.
  double score_threshold = 0;
  /// Of each model; none: all count the same.
  std::vector<double> weights{};
  FusedScore score = FusedScore::average;

  bool operator==(const BoxFusionConfig&) const = default;
};

/// Weighted box fusion (Solovyev, Wang and Gabruseva 2021, "Weighted boxes fusion: ensembling boxes from
/// different object detection models", section 3): what several models, or one on several views of a picture,
/// say of the same picture. Boxes of one class that overlap become one, the mean of all weighted by their
/// scores; with `average` the score falls with the number of models that found nothing there. Best first.
/// Boxes without an area or a positive score are left out. Throws ArgumentError where there are weights, but
/// not as many as models, or one is not positive.
std::vector<Detection> fuse_boxes(std::span<const std::vector<Detection>> models,
                                  const BoxFusionConfig& config = {});

} // namespace mammo::models
