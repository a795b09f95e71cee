#pragma once

#include "mammo/data/annotated_film.hpp"
#include "mammo/data/coco.hpp"
#include "mammo/models/presence.hpp"
#include "mammo/train/marked_films.hpp"
#include "mammo/train/presence_recipe.hpp"
#include "mammo/train/run_stages.hpp"
#include "mammo/train/train_detector.hpp"

#include <vector>

namespace mammo::train {

struct PresenceTraining {
  PresenceRecipe recipe;
  models::PresenceConfig config;
  std::vector<data::AnnotatedFilm> films; ///< with their folds
  /// What detectors marked on them, in annotation pixels. Each film's are to come from a detector that has
  /// not learned from it: on films that it knows it is right too often, and its false marks are too few.
  std::vector<data::CocoResult> marks;
  TrainingOptions options;
};

/// Trains a presence model stage by stage (run_stages). Throws as that does, and ArgumentError where a fold
/// that a stage needs has no films or no marks.
std::vector<StageRecord> train_presence(const PresenceTraining& training);

/// What is found on films once each of their marks was looked at again. The network is in evaluation mode.
DetectorMeasure measure_presence(const models::ResNet& network, const models::PresenceConfig& config,
                                 const MarkedFilms& films);

} // namespace mammo::train
