#pragma once

#include "mammo/data/augmentation.hpp"
#include "mammo/models/retinanet_loss.hpp"
#include "mammo/train/stage.hpp"

#include <string>

namespace mammo::train {

/// The best average of a detector's stage is the one of the highest AP50.
struct DetectorStage : Stage {
  models::RetinaNetLossConfig loss{};
  data::AugmentationOptions augmentation{};
};

using DetectorRecipe = Recipe<DetectorStage>;

/// Reads a recipe from JSON. A key that is left out keeps its default; `where` names the text in errors.
/// Throws FileError on what is no JSON, on an unknown key, a value of another type, no stage, two stages of
/// one name, a stage that trains on a fold that it chooses on, or numbers out of range.
DetectorRecipe parse_detector_recipe(const std::string& json, const std::string& where);

/// The recipe as JSON, every key included, which parse_detector_recipe reads back.
std::string to_json(const DetectorRecipe& recipe);

} // namespace mammo::train
