#pragma once

#include "mammo/train/run_stages.hpp"
#include "train/of_folds.hpp"

#include <cstddef>
#include <memory>
#include <vector>

namespace mammo::train {

/// Runs a training's stages, each by a `Task` made of the training and the stage. The run is told from others
/// by its recipe, the network's configuration and the films.
template <class Task, class Training>
std::vector<StageRecord> train_task(const Training& training) {
  return run_stages(chain_of(training.recipe), training.options,
                    {{"recipe.json", to_json(training.recipe)},
                     {"config.json", to_json(training.config)},
                     {"films.csv", films_csv(training.films)}},
                    [&](std::size_t stage) -> std::unique_ptr<StageTask> {
                      return std::make_unique<Task>(training, training.recipe.stages[stage]);
                    });
}

} // namespace mammo::train
