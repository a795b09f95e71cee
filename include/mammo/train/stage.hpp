#pragma once

#include "mammo/backend/operation.hpp"
#include "mammo/nn/optimizer.hpp"

#include <cstddef>
#include <cstdint>
#include <span>
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

/// One run of gradient descent, whatever is learned: AdamW, its rate warmed up in a straight line and then
/// lowered along half a cosine wave.
struct Stage {
  std::string name = "stage";
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
  std::int64_t patience = 0; ///< looks without a better figure after which a stage ends; 0: never early
};

/// How a model was made and is made again: what `recipe.json` of its folder holds. The network and its input
/// are those of config.json beside it. A task's stage is a Stage with what that task adds.
template <class TaskStage>
struct Recipe {
  std::vector<TaskStage> stages{TaskStage{}};
};

/// What every task's stages have in common, without the rest.
template <class TaskStage>
std::vector<Stage> chain_of(const Recipe<TaskStage>& recipe) {
  std::vector<Stage> chain;
  for (const TaskStage& stage : recipe.stages) chain.push_back(static_cast<const Stage&>(stage));
  return chain;
}

/// Leaves folds out, for cross-validation: the stage does not learn from them and looks at none as it goes.
/// Throws ArgumentError where that leaves it no fold.
void leave_out(Stage& stage, std::span<const std::int64_t> folds);

/// The recipe of which no stage has seen these folds.
template <class TaskStage>
Recipe<TaskStage> without_folds(Recipe<TaskStage> recipe, std::span<const std::int64_t> folds) {
  for (TaskStage& stage : recipe.stages) leave_out(stage, folds);
  return recipe;
}

/// Whether the best of a stage's averages may be kept by what they give on its choosing folds: no weights up
/// to it have seen one of them.
bool may_choose(std::span<const Stage> chain, std::size_t stage);

} // namespace mammo::train
