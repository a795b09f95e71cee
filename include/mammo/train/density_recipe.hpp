#pragma once

#include "mammo/data/augmentation.hpp"
#include "mammo/train/stage.hpp"
#include "mammo/train/tissue_loss.hpp"

#include <cstdint>
#include <string>

namespace mammo::train {

/// The best average of a density model's stage is the one of the highest Dice of fibroglandular tissue.
struct DensityStage : Stage {
  TissueLossConfig loss{};
  data::AugmentationOptions augmentation{};
};

using DensityRecipe = Recipe<DensityStage>;

/// Reads a recipe from JSON, as parse_detector_recipe does.
DensityRecipe parse_density_recipe(const std::string& json, const std::string& where);

/// The recipe as JSON, every key included, which parse_density_recipe reads back.
std::string to_json(const DensityRecipe& recipe);

} // namespace mammo::train
