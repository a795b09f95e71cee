#include "mammo/train/density_recipe.hpp"

#include "train/recipe_json.hpp"

namespace mammo::train {

template <class Visitor>
static void describe(Visitor& field, models::Is<TissueLossConfig> auto& c) {
  field("dice_weight", c.dice_weight);
  field("label_smoothing", c.label_smoothing);
}

template <class Visitor>
static void describe(Visitor& field, models::Is<DensityStage> auto& c) {
  describe_stage(field, c);
  field("loss", c.loss);
  field("augmentation", c.augmentation);
}

static void check_task(const DensityStage& stage) {
  data::check(stage.augmentation);
  require<Error>(stage.augmentation.mosaic == 0 && stage.augmentation.paste == 0, "stage ", stage.name,
                 ": augmentation with mosaics or pasted lesions, expected neither");
  require<Error>(
      stage.loss.dice_weight >= 0 && stage.loss.label_smoothing >= 0 && stage.loss.label_smoothing < 1,
      "stage ", stage.name, ": loss with a dice_weight of ", stage.loss.dice_weight,
      " and a label_smoothing of ", stage.loss.label_smoothing, ", expected 0 or more, and 0 to below 1");
}

DensityRecipe parse_density_recipe(const std::string& json, const std::string& where) {
  return parse_recipe<DensityStage>(json, where);
}

std::string to_json(const DensityRecipe& recipe) {
  return recipe_json(recipe);
}

} // namespace mammo::train
