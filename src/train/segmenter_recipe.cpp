#include "mammo/train/segmenter_recipe.hpp"

#include "train/recipe_json.hpp"

namespace mammo::train {

template <class Visitor>
static void describe(Visitor& field, models::Is<OutlineLossConfig> auto& c) {
  field("dice_weight", c.dice_weight);
}

template <class Visitor>
static void describe(Visitor& field, models::Is<BoxJitter> auto& c) {
  field("shift", c.shift);
  field("scale", c.scale);
}

template <class Visitor>
static void describe(Visitor& field, models::Is<LesionWindowOptions> auto& c) {
  field("pasted", c.pasted);
  field("jitter", c.jitter);
  field("turned", c.turned);
  field("gamma", c.gamma);
  field("blur", c.blur);
  field("noise", c.noise);
}

static constexpr std::array<std::pair<std::string_view, OwnOutlines>, 2> enum_names(const OwnOutlines*) {
  return {{{"level_set", OwnOutlines::level_set}, {"network", OwnOutlines::network}}};
}

template <class Visitor>
static void describe(Visitor& field, models::Is<SegmenterStage> auto& c) {
  describe_stage(field, c);
  field("loss", c.loss);
  field("own_outlines", c.own_outlines);
  field("windows", c.windows);
}

static void check_task(const SegmenterStage& stage) {
  const LesionWindowOptions& windows = stage.windows;
  const auto check = [&](double value, double most, const char* what) {
    require<Error>(value >= 0 && value <= most, "stage ", stage.name, ": ", what, " is ", value,
                   ", expected 0 to ", most);
  };
  check(stage.loss.dice_weight, 1000, "loss.dice_weight");
  check(windows.pasted, 1, "windows.pasted");
  check(windows.turned, 1, "windows.turned");
  check(windows.jitter.shift, 0.5, "windows.jitter.shift");
  check(windows.jitter.scale, 1, "windows.jitter.scale");
  data::check({.blur = windows.blur, .gamma = windows.gamma, .noise = windows.noise});
}

SegmenterRecipe parse_segmenter_recipe(const std::string& json, const std::string& where) {
  SegmenterRecipe recipe = parse_recipe<SegmenterStage>(json, where);
  bool whole = false; // the weights that a stage begins with are a segmenter's
  for (const SegmenterStage& stage : recipe.stages) {
    if (!stage.start.file.empty()) whole = stage.start.prefix.empty();
    if (stage.own_outlines == OwnOutlines::network && !whole) {
      throw FileError(where, concat("stage ", stage.name,
                                    ": own_outlines is \"network\", but no stage before it "
                                    "and no start file without a prefix gives it weights that draw"));
    }
    whole = true;
  }
  return recipe;
}

std::string to_json(const SegmenterRecipe& recipe) {
  return recipe_json(recipe);
}

} // namespace mammo::train
