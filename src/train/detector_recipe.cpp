#include "mammo/train/detector_recipe.hpp"

#include "train/recipe_json.hpp"

namespace mammo::models {

static constexpr std::array<std::pair<std::string_view, BoxLoss>, 4> enum_names(const BoxLoss*) {
  return {{{"l1", BoxLoss::l1},
           {"smooth_l1", BoxLoss::smooth_l1},
           {"huber", BoxLoss::huber},
           {"giou", BoxLoss::giou}}};
}

static constexpr std::array<std::pair<std::string_view, LossNormalization>, 2>
enum_names(const LossNormalization*) {
  return {{{"image", LossNormalization::image}, {"batch", LossNormalization::batch}}};
}

template <class Visitor>
static void describe(Visitor& field, Is<MatcherConfig> auto& c) {
  field("foreground_iou", c.foreground_iou);
  field("background_iou", c.background_iou);
  field("low_quality_matches", c.low_quality_matches);
}

template <class Visitor>
static void describe(Visitor& field, Is<RetinaNetLossConfig> auto& c) {
  field("matcher", c.matcher);
  field("focal_alpha", c.focal_alpha);
  field("focal_gamma", c.focal_gamma);
  field("box_loss", c.box_loss);
  field("box_beta", c.box_beta);
  field("box_weight", c.box_weight);
  field("normalization", c.normalization);
}

} // namespace mammo::models

namespace mammo::train {

template <class Visitor>
static void describe(Visitor& field, models::Is<DetectorStage> auto& c) {
  describe_stage(field, c);
  field("loss", c.loss);
  field("augmentation", c.augmentation);
}

static void check_task(const DetectorStage& stage) {
  data::check(stage.augmentation);
}

DetectorRecipe parse_detector_recipe(const std::string& json, const std::string& where) {
  return parse_recipe<DetectorStage>(json, where);
}

std::string to_json(const DetectorRecipe& recipe) {
  return recipe_json(recipe);
}

} // namespace mammo::train
