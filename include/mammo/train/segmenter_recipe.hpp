#pragma once

#include "mammo/train/lesion_windows.hpp"
#include "mammo/train/stage.hpp"

#include <cstdint>
#include <string>

namespace mammo::train {

struct OutlineLossConfig {
  double dice_weight = 1; ///< of 1 - Dice, a window at a time, added to the mean binary cross entropy

  bool operator==(const OutlineLossConfig&) const = default;
};

/// What draws the outlines of the films' own lesions, of which the box alone is known.
enum class OwnOutlines : std::uint8_t {
  level_set, ///< image::level_set_outline
  network,   ///< the weights that the stage begins with, in the lesion's own box (boxed_outline)
};

/// The best average of a segmenter's stage is the one of the highest IoU on pasted lesions of the choosing
/// folds.
struct SegmenterStage : Stage {
  OutlineLossConfig loss{};
  OwnOutlines own_outlines = OwnOutlines::level_set;
  LesionWindowOptions windows{}; ///< context and side are the network's
};

using SegmenterRecipe = Recipe<SegmenterStage>;

/// Reads a recipe from JSON, as parse_detector_recipe does. Throws FileError also where a network is to draw
/// outlines that has learned none.
SegmenterRecipe parse_segmenter_recipe(const std::string& json, const std::string& where);

/// The recipe as JSON, every key included, which parse_segmenter_recipe reads back.
std::string to_json(const SegmenterRecipe& recipe);

} // namespace mammo::train
