#pragma once

#include "mammo/data/augmentation.hpp"
#include "mammo/train/stage.hpp"

#include <string>

namespace mammo::train {

/// The best average of a pathology stage is the one of the highest AUC. A start file that holds the features
/// of one ResNet starts all three branches from it; all else then has initial weights.
struct PathologyStage : Stage {
  /// Targets t become t (1 - s) + s / 2.
  double label_smoothing = 0.25;
  /// Weight of the heads beside pathology, those that the network has: their binary cross entropy, averaged
  /// over words and over the lesions of which readers said something.
  double auxiliary = 0;
  /// The box is moved by up to this fraction of its sides.
  double jitter_shift = 0.1;
  /// Each side is changed by a factor of up to 1 + this, or its inverse.
  double jitter_size = 0.2;
  /// Of the window, whose canvas is the model's.
  data::AugmentationOptions augmentation{};
};

using PathologyRecipe = Recipe<PathologyStage>;

/// As parse_detector_recipe.
PathologyRecipe parse_pathology_recipe(const std::string& json, const std::string& where);

/// The recipe as JSON, every key included, which parse_pathology_recipe reads back.
std::string to_json(const PathologyRecipe& recipe);

} // namespace mammo::train
