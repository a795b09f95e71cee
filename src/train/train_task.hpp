#pragma once

#include "mammo/train/run_stages.hpp"
#include "train/of_folds.hpp"

#include <cstddef>
#include <memory>
#include <vector>

namespace mammo::train {

/// Runs a training's stages, each by a `Task` made of the training and the stage. The run is told from others
/// by its recipe, the network's configuration, the films and what `more` has.
template <class Task, class Training>
std::vector<StageRecord> train_task(const Training& training, const RunIdentity& more = {}) {
  RunIdentity identity{{"recipe.json", to_json(training.recipe)},
                       {"config.json", to_json(training.config)},
                       {"films.csv", films_csv(training.films)}};
  identity.insert(identity.end(), more.begin(), more.end());
  return run_stages(chain_of(training.recipe), training.options, identity,
                    [&](std::size_t stage) -> std::unique_ptr<StageTask> {
                      return std::make_unique<Task>(training, training.recipe.stages[stage]);
                    });
}

} // namespace mammo::train
