#pragma once

#include "mammo/models/matcher.hpp"
#include "mammo/models/retinanet.hpp"

#include <cstdint>
#include <span>
#include <vector>

namespace mammo::models {

/// How far a box is from where it should be.
enum class BoxLoss : std::uint8_t {
  l1,        ///< |d|, summed over dx, dy, dw, dh
  smooth_l1, ///< smooth_l1_loss of each, summed
  huber,     ///< huber_loss of each, averaged over the four, as Keras does
  giou,      ///< giou_loss of the decoded box
};

/// What the sums over anchors are divided by.
enum class LossNormalization : std::uint8_t {
  image, ///< each picture's positives, at least 1; then the mean over pictures, as in torchvision
  batch, ///< the batch's positives and one more, as in TensorFlow's Model Garden
};

/// The default is torchvision's.
struct RetinaNetLossConfig {
  MatcherConfig matcher{};
  double focal_alpha = 0.25;
  double focal_gamma = 2;
  BoxLoss box_loss = BoxLoss::l1;
  double box_beta = 1; ///< where smooth_l1 and huber turn into lines
  double box_weight = 1;
  LossNormalization normalization = LossNormalization::image;

  bool operator==(const RetinaNetLossConfig&) const = default;
};

/// A box in pixels of the network's input, and its class.
struct LabelledBox {
  Box box;
  std::int64_t label = 0;
};

struct RetinaNetLoss {
  Tensor classification; ///< focal loss (Lin et al. 2017, section 3) over positives and negatives
  Tensor boxes;          ///< over positives
  Tensor total;          ///< classification + box_weight boxes
};

/// Losses of raw outputs, one element each; `truth` has the boxes of each picture, which may be none. Throws
/// ShapeError where outputs, anchors and truth do not fit each other, ArgumentError on a label that is no
/// class and a box without area.
RetinaNetLoss retinanet_loss(const RetinaNetOutput& output, const AnchorConfig& anchors,
                             std::span<const std::vector<LabelledBox>> truth,
                             const RetinaNetLossConfig& config = {});

} // namespace mammo::models
