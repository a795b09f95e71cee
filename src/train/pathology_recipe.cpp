#include "mammo/train/pathology_recipe.hpp"

#include "train/recipe_json.hpp"

namespace mammo::train {

template <class Visitor>
static void describe(Visitor& field, models::Is<PathologyStage> auto& c) {
  describe_stage(field, c);
  field("label_smoothing", c.label_smoothing);
  field("auxiliary", c.auxiliary);
  field("jitter_shift", c.jitter_shift);
  field("jitter_size", c.jitter_size);
  field("augmentation", c.augmentation);
}

static void check_task(const PathologyStage& stage) {
  const auto in = [&](const char* key, double value, double low, double high) {
    require<Error>(value >= low && value <= high, "stage ", stage.name, ": ", key, " is ", value,
                   ", expected ", low, " to ", high);
  };
  in("label_smoothing", stage.label_smoothing, 0, 1);
  in("auxiliary", stage.auxiliary, 0, 100);
  in("jitter_shift", stage.jitter_shift, 0, 1);
  in("jitter_size", stage.jitter_size, 0, 1);
  data::check(stage.augmentation);
}

PathologyRecipe parse_pathology_recipe(const std::string& json, const std::string& where) {
  return parse_recipe<PathologyStage>(json, where);
}

std::string to_json(const PathologyRecipe& recipe) {
  return recipe_json(recipe);
}

} // namespace mammo::train
