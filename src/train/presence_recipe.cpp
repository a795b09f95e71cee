#include "mammo/train/presence_recipe.hpp"

#include "train/recipe_json.hpp"

namespace mammo::train {

template <class Visitor>
static void describe(Visitor& field, models::Is<PresenceStage> auto& c) {
  describe_stage(field, c);
  field("masses", c.masses);
  field("true_boxes", c.true_boxes);
  field("false_iou", c.false_iou);
  field("true_iou", c.true_iou);
  field("jitter_shift", c.jitter_shift);
  field("jitter_size", c.jitter_size);
  field("box_weight", c.box_weight);
  field("augmentation", c.augmentation);
}

static void check_task(const PresenceStage& stage) {
  const auto in = [&](const char* key, double value, double low, double high) {
    require<Error>(value >= low && value <= high, "stage ", stage.name, ": ", key, " is ", value,
                   ", expected ", low, " to ", high);
  };
  in("masses", stage.masses, 0, 1);
  in("true_boxes", stage.true_boxes, 0, 1);
  in("true_iou", stage.true_iou, 0.01, 1);
  in("false_iou", stage.false_iou, 0, stage.true_iou);
  in("jitter_shift", stage.jitter_shift, 0, 1);
  in("jitter_size", stage.jitter_size, 0, 1);
  in("box_weight", stage.box_weight, 0, 100);
  data::check(stage.augmentation);
}

PresenceRecipe parse_presence_recipe(const std::string& json, const std::string& where) {
  return parse_recipe<PresenceStage>(json, where);
}

std::string to_json(const PresenceRecipe& recipe) {
  return recipe_json(recipe);
}

} // namespace mammo::train
