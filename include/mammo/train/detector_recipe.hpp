#pragma once

#include "mammo/backend/operation.hpp"
#include "mammo/data/augmentation.hpp"
#include "mammo/models/retinanet_loss.hpp"
#include "mammo/nn/optimizer.hpp"

#include <cstdint>
#include <string>
#include <vector>

namespace mammo::train {

/// Weights that a stage begins with.
struct StartWeights {
  /// A .safetensors file, relative to the recipe's folder. Empty: what the stage before ended with; in the
  /// first stage, initial weights.
  std::string file;
  /// Of the file, in hexadecimal; empty: not checked.
  std::string sha256;
  /// Put before each name in the file: `backbone.body.` for weights of the backbone alone. All else then has
  /// initial weights.
  std::string prefix;
  /// Folds that these weights have seen.
  std::vector<std::int64_t> folds;

  bool operator==(const StartWeights&) const = default;
};

/// One run of gradient descent: AdamW, its rate warmed up in a straight line and then lowered along half a
/// cosine wave.
struct DetectorStage {
  std::string name = "detector";
  StartWeights start{};
  std::int64_t seed = 1;
  std::vector<std::int64_t> folds{2, 3, 4}; ///< trained on
  /// Measured on as training goes, from time to time and at its end. Where no weights of this chain have seen
  /// them, the best of the averages is kept, else the last one.
  std::vector<std::int64_t> choosing_folds{1};
  std::int64_t steps = 1000;
  std::int64_t batch_size = 4;

  double rate = 1e-4;
  double weight_decay = 0.01;
  std::vector<nn::ParameterGroup> groups{};
  std::vector<std::string> frozen{}; ///< patterns (nn/name_pattern.hpp)
  std::int64_t warm_up = 100;        ///< steps
  double last_rate = 0.02;           ///< factor on the rate at the last step
  double clip = 5;                   ///< of the gradient's norm
  /// Of the steps' convolutions and products; looks are always taken in f32. With bf16 the run needs a CPU
  /// that has it, and ends with other bits than in f32.
  Precision precision = Precision::f32;
  double average = 0.995; ///< decay of the moving average, which is what a stage ends with

  std::int64_t measure_every = 500; ///< steps between two looks at the choosing folds
  std::int64_t patience = 0;        ///< looks without a better AP50 after which a stage ends; 0: never early

  models::RetinaNetLossConfig loss{};
  data::AugmentationOptions augmentation{};
};

/// How a detector was made and is made again: what `recipe.json` of its folder holds. The network and its
/// input are those of config.json beside it.
struct DetectorRecipe {
  std::vector<DetectorStage> stages{DetectorStage{}};
};

/// Reads a recipe from JSON. A key that is left out keeps its default; `where` names the text in errors.
/// Throws FileError on what is no JSON, on an unknown key, a value of another type, no stage, two stages of
/// one name, a stage that trains on a fold that it chooses on, or numbers out of range.
DetectorRecipe parse_detector_recipe(const std::string& json, const std::string& where);

/// The recipe as JSON, every key included, which parse_detector_recipe reads back.
std::string to_json(const DetectorRecipe& recipe);

/// Whether the best of a stage's averages may be kept by what they give on its choosing folds: no weights up
/// to it have seen one of them.
bool may_choose(const DetectorRecipe& recipe, std::size_t stage);

} // namespace mammo::train
