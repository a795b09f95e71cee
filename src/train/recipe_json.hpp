#pragma once

#include "mammo/core/error.hpp"
#include "mammo/data/augmentation.hpp"
#include "mammo/train/stage.hpp"
#include "models/json_fields.hpp"

#include <array>
#include <string>
#include <string_view>
#include <utility>

// The keys that recipes of all tasks share. `describe` and `enum_names` are found by argument-dependent
// lookup, so each lies in the namespace of its struct. A task adds, in its own .cpp,
//
//     template <class Visitor>
//     static void describe(Visitor& field, models::Is<ItsStage> auto& c) {
//       describe_stage(field, c);
//       field("loss", c.loss);
//     }
//
// and `check_task(const ItsStage&)`, which throws Error on numbers of its own that are out of range.

namespace mammo {

constexpr std::array<std::pair<std::string_view, Precision>, 2> enum_names(const Precision*) {
  return {{{"f32", Precision::f32}, {"bf16", Precision::bf16}}};
}

} // namespace mammo

namespace mammo::nn {

template <class Visitor>
void describe(Visitor& field, models::Is<ParameterGroup> auto& c) {
  field("names", c.names);
  field("rate", c.rate);
  field("weight_decay", c.weight_decay);
}

} // namespace mammo::nn

namespace mammo::data {

template <class Visitor>
void describe(Visitor& field, models::Is<RandomValue> auto& c) {
  field("low", c.low);
  field("high", c.high);
  field("probability", c.probability);
}

// Size, fit and mean of the canvas are the network's (config.json).
template <class Visitor>
void describe(Visitor& field, models::Is<AugmentationOptions> auto& c) {
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
void describe(Visitor& field, models::Is<StartWeights> auto& c) {
  field("file", c.file);
  field("sha256", c.sha256);
  field("prefix", c.prefix);
  field("folds", c.folds);
}

/// Of a stage, what is not the task's.
template <class Visitor>
void describe_stage(Visitor& field, auto& c) {
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
}

template <class Visitor, class TaskStage>
void describe(Visitor& field, Recipe<TaskStage>& c) {
  field("stages", c.stages);
}
template <class Visitor, class TaskStage>
void describe(Visitor& field, const Recipe<TaskStage>& c) {
  field("stages", c.stages);
}

/// Throws Error on no stage, two stages of one name, a stage that trains on a fold that it chooses on, or
/// numbers out of range.
void check_chain(std::span<const Stage> chain);

/// Reads a recipe from JSON; `where` names the text in errors. Throws FileError.
template <class TaskStage>
Recipe<TaskStage> parse_recipe(const std::string& json, const std::string& where) {
  Recipe<TaskStage> recipe;
  try {
    models::JsonReader::read(models::parse_json(json), "", recipe);
    check_chain(chain_of(recipe));
    for (const TaskStage& stage : recipe.stages) check_task(stage);
  } catch (const Error& error) {
    throw FileError(where, error.what());
  }
  return recipe;
}

template <class TaskStage>
std::string recipe_json(const Recipe<TaskStage>& recipe) {
  return models::JsonWriter::write(recipe).dump(2) + '\n';
}

} // namespace mammo::train
