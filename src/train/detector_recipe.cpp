#include "mammo/train/detector_recipe.hpp"

#include "mammo/core/error.hpp"
#include "models/json_fields.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <set>
#include <string_view>
#include <utility>

// Found by argument-dependent lookup, so each `describe` lies in the namespace of its struct.

namespace mammo {

static constexpr std::array<std::pair<std::string_view, Precision>, 2> enum_names(const Precision*) {
  return {{{"f32", Precision::f32}, {"bf16", Precision::bf16}}};
}

} // namespace mammo

namespace mammo::nn {

template <class Visitor>
static void describe(Visitor& field, models::Is<ParameterGroup> auto& c) {
  field("names", c.names);
  field("rate", c.rate);
  field("weight_decay", c.weight_decay);
}

} // namespace mammo::nn

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

namespace mammo::data {

template <class Visitor>
static void describe(Visitor& field, models::Is<RandomValue> auto& c) {
  field("low", c.low);
  field("high", c.high);
  field("probability", c.probability);
}

// Size, fit and mean of the canvas are the network's (config.json).
template <class Visitor>
static void describe(Visitor& field, models::Is<AugmentationOptions> auto& c) {
  field("flip_left_right", c.flip_left_right);
  field("flip_up_down", c.flip_up_down);
  field("scale", c.scale);
  field("rotation", c.rotation);
  field("shift_x", c.shift_x);
  field("shift_y", c.shift_y);
  field("zoom", c.zoom);
  field("elastic", c.elastic);
  field("mosaic", c.mosaic);
  field("mosaic_scale", c.mosaic_scale);
  field("paste", c.paste);
  field("paste_scale", c.paste_scale);
  field("blur", c.blur);
  field("gamma", c.gamma);
  field("gain", c.gain);
  field("offset", c.offset);
  field("noise", c.noise);
  field("cutout", c.cutout);
  field("least_visible", c.least_visible);
}

} // namespace mammo::data

namespace mammo::train {

template <class Visitor>
static void describe(Visitor& field, models::Is<StartWeights> auto& c) {
  field("file", c.file);
  field("sha256", c.sha256);
  field("prefix", c.prefix);
  field("folds", c.folds);
}

template <class Visitor>
static void describe(Visitor& field, models::Is<DetectorStage> auto& c) {
  field("name", c.name);
  field("start", c.start);
  field("seed", c.seed);
  field("folds", c.folds);
  field("choosing_folds", c.choosing_folds);
  field("steps", c.steps);
  field("batch_size", c.batch_size);
  field("rate", c.rate);
  field("weight_decay", c.weight_decay);
  field("groups", c.groups);
  field("frozen", c.frozen);
  field("warm_up", c.warm_up);
  field("last_rate", c.last_rate);
  field("clip", c.clip);
  field("precision", c.precision);
  field("average", c.average);
  field("measure_every", c.measure_every);
  field("patience", c.patience);
  field("loss", c.loss);
  field("augmentation", c.augmentation);
}

template <class Visitor>
static void describe(Visitor& field, models::Is<DetectorRecipe> auto& c) {
  field("stages", c.stages);
}

namespace {

using Folds = std::vector<std::int64_t>;

bool share_one(const Folds& a, const Folds& b) {
  return std::ranges::any_of(a, [&](std::int64_t fold) { return std::ranges::count(b, fold) > 0; });
}

void check(const DetectorStage& stage) {
  const std::string who = "stage " + stage.name + ": ";
  const auto above = [&](const char* key, auto value, auto least) {
    require<Error>(value >= least, who, key, " is ", value, ", expected at least ", least);
  };
  require<Error>(!stage.name.empty() && stage.name.find_first_not_of(
                                            "abcdefghijklmnopqrstuvwxyz0123456789_-") == std::string::npos,
                 "a stage is called \"", stage.name, "\", expected a-z, 0-9, _ and -");
  above("seed", stage.seed, 0);
  above("steps", stage.steps, 1);
  above("batch_size", stage.batch_size, 1);
  above("warm_up", stage.warm_up, 0);
  above("measure_every", stage.measure_every, 1);
  above("patience", stage.patience, 0);
  require<Error>(stage.clip > 0, who, "clip is ", stage.clip, ", expected above 0");
  require<Error>(!stage.folds.empty(), who, "folds is empty, expected folds to train on");
  require<Error>(!share_one(stage.folds, stage.choosing_folds), who,
                 "trains on a fold that it chooses on, expected different ones");
  data::check(stage.augmentation);
}

void check(const DetectorRecipe& recipe) {
  require<Error>(!recipe.stages.empty(), "stages is empty, expected at least one");
  std::set<std::string> names;
  for (const DetectorStage& stage : recipe.stages) {
    check(stage);
    require<Error>(names.insert(stage.name).second, "two stages are called ", stage.name);
  }
}

} // namespace

DetectorRecipe parse_detector_recipe(const std::string& json, const std::string& where) {
  DetectorRecipe recipe;
  try {
    models::JsonReader::read(models::parse_json(json), "", recipe);
    check(recipe);
  } catch (const Error& error) {
    throw FileError(where, error.what());
  }
  return recipe;
}

std::string to_json(const DetectorRecipe& recipe) {
  return models::JsonWriter::write(recipe).dump(2) + '\n';
}

bool may_choose(const DetectorRecipe& recipe, std::size_t stage) {
  const Folds& choosing = recipe.stages.at(stage).choosing_folds;
  if (choosing.empty()) return false;
  // Back to where this chain of weights began. Weights that were chosen on a fold may go on choosing there.
  for (std::size_t i = stage + 1; i-- > 0;) {
    const DetectorStage& earlier = recipe.stages[i];
    if (share_one(earlier.folds, choosing) || share_one(earlier.start.folds, choosing)) return false;
    if (!earlier.start.file.empty()) break;
  }
  return true;
}

} // namespace mammo::train
