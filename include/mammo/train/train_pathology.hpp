#pragma once

#include "mammo/data/annotated_film.hpp"
#include "mammo/models/pathology.hpp"
#include "mammo/train/lesion_crops.hpp"
#include "mammo/train/pathology_recipe.hpp"
#include "mammo/train/run_stages.hpp"

#include <vector>

namespace mammo::train {

struct PathologyTraining {
  PathologyRecipe recipe;
  models::PathologyConfig config;
  std::vector<data::AnnotatedFilm> films; ///< with their folds, and their lesions' pathology
  TrainingOptions options;
};

/// Trains a pathology model stage by stage (run_stages) on the films' true boxes. Throws as that does, and
/// ArgumentError where a fold that a stage needs has no films or no lesion of known pathology.
std::vector<StageRecord> train_pathology(const PathologyTraining& training);

/// The logit of each lesion, as the model's configuration has it. The network is in evaluation mode.
std::vector<double> malignancy_logits(const models::PathologyEnsemble& network,
                                      const models::PathologyConfig& config, const LesionCrops& lesions);

} // namespace mammo::train
