#pragma once

#include "mammo/data/augmentation.hpp"
#include "mammo/train/stage.hpp"

#include <string>

namespace mammo::train {

/// The best average of a presence stage is the one of the highest AP50. An epoch shows each film once: one
/// window of it, drawn by chance.
struct PresenceStage : Stage {
  /// Probability that the window shows a mass, where the film has one.
  double masses = 0.5;
  /// Of these windows, the share around the true box, jittered; the others are around a mark that overlaps
  /// it, where there is one.
  double true_boxes = 0.5;
  /// IoU with a mass up to which a mark is on none: its target is 0.
  double false_iou = 0.2;
  /// IoU from which a mark is on a mass: its target is 1. Between the two the target rises in a straight
  /// line.
  double true_iou = 0.5;
  /// A true box is moved by up to this fraction of its sides.
  double jitter_shift = 0.15;
  /// Each side is changed by a factor of up to 1 + this, or its inverse.
  double jitter_size = 0.35;
  /// Weight of the boxes' loss, 1 - GIoU over the windows of masses.
  double box_weight = 1;
  /// Of the window, whose canvas is the model's.
  data::AugmentationOptions augmentation{};
};

using PresenceRecipe = Recipe<PresenceStage>;

/// As parse_detector_recipe.
PresenceRecipe parse_presence_recipe(const std::string& json, const std::string& where);

/// The recipe as JSON, every key included, which parse_presence_recipe reads back.
std::string to_json(const PresenceRecipe& recipe);

} // namespace mammo::train
