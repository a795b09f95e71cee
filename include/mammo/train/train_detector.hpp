#pragma once

#include "mammo/data/annotated_film.hpp"
#include "mammo/models/detector.hpp"
#include "mammo/train/detector_films.hpp"
#include "mammo/train/detector_recipe.hpp"
#include "mammo/train/run_stages.hpp"

#include <vector>

namespace mammo::train {

/// What a detector finds on films, as eval counts it.
struct DetectorMeasure {
  double ap = 0;          ///< COCO's, at IoU 0.50 to 0.95
  double ap50 = 0;        ///< at 0.5
  double sensitivity = 0; ///< at one false mark a film, IoU 0.5
};

struct DetectorTraining {
  DetectorRecipe recipe;
  models::DetectorConfig config;
  std::vector<data::AnnotatedFilm> films; ///< with their folds
  TrainingOptions options;
};

/// Trains a detector stage by stage (run_stages). Throws as that does, and ArgumentError where a fold that a
/// stage needs has no films.
std::vector<StageRecord> train_detector(const DetectorTraining& training);

/// Measures a network on films: what it finds on each, as config.json has it postprocessed, against their
/// boxes. Overlaps are the same in pixels of the crop as on the film, however it was stretched.
DetectorMeasure measure_detector(const models::RetinaNet& network, const models::InputConfig& input,
                                 const DetectorFilms& films);

} // namespace mammo::train
