#pragma once

#include "mammo/data/ddsm_tissue.hpp"
#include "mammo/models/density.hpp"
#include "mammo/train/density_recipe.hpp"
#include "mammo/train/run_stages.hpp"

#include <vector>

namespace mammo::train {

struct DensityTraining {
  DensityRecipe recipe;
  models::DensityConfig config;
  std::vector<data::TissueFilm> films; ///< with their folds
  TrainingOptions options;
};

/// Trains a density model stage by stage (run_stages). Throws as that does, and ArgumentError where a fold
/// that a stage needs has no films.
std::vector<StageRecord> train_density(const DensityTraining& training);

} // namespace mammo::train
