#pragma once

#include "mammo/data/annotated_film.hpp"
#include "mammo/models/detector.hpp"
#include "mammo/train/detector_films.hpp"
#include "mammo/train/detector_recipe.hpp"

#include <atomic>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <functional>
#include <optional>
#include <vector>

namespace mammo::train {

/// What a detector finds on films, as eval counts it.
struct DetectorMeasure {
  double ap = 0;          ///< COCO's, at IoU 0.50 to 0.95
  double ap50 = 0;        ///< at 0.5
  double sensitivity = 0; ///< at one false mark a film, IoU 0.5
};

struct TrainingProgress {
  std::string stage;
  std::int64_t step = 0; ///< done, of `steps`
  std::int64_t steps = 0;
  double loss = 0;                           ///< mean over the last 20 steps
  double seconds_a_step = 0;                 ///< mean over the same
  std::optional<DetectorMeasure> measured{}; ///< where the choosing folds were just looked at
};

struct DetectorTraining {
  DetectorRecipe recipe;
  models::DetectorConfig config;
  std::filesystem::path recipe_folder;    ///< that the recipe's files are relative to
  std::filesystem::path output;           ///< made where missing
  std::vector<data::AnnotatedFilm> films; ///< with their folds
  bool resume = false;                    ///< go on with the run that the output holds
  std::chrono::seconds checkpoint_every{300};
  const std::atomic<bool>* stop = nullptr; ///< set by another thread or a signal: end at the next step
  std::function<void(const TrainingProgress&)> report{}; ///< after each step
  std::function<void(std::size_t films)> prepared{};     ///< as films become ready
};

/// One stage as it ended.
struct StageRecord {
  std::string stage;
  std::filesystem::path start; ///< weights that it began with; empty: initial ones
  std::filesystem::path end;   ///< weights that it ended with
  std::int64_t seed = 0;
  std::int64_t steps = 0; ///< taken
  double hours = 0;       ///< spent in steps, on this machine
  std::vector<std::int64_t> folds;
  std::vector<std::int64_t> choosing_folds;
  bool chosen = false;                    ///< the best of several averages, by AP50 on the choosing folds
  std::int64_t chosen_step = 0;           ///< after which the weights were taken
  std::optional<DetectorMeasure> measure; ///< of the end's weights on the choosing folds
};

/// Trains a detector stage by stage. For each stage `<output>/<stage>/` holds `checkpoints/`, `steps.csv` (a
/// row a step: losses, rate, gradient norm, seconds), `measures.csv` (a row a look at the choosing folds), a
/// TensorBoard event file, `loss.png` and `ap50.png`, and at its end `weights.safetensors` (f32, the
/// averages).
///
/// A run that is resumed goes on from its newest checkpoint; stopped at any step and taken up again it ends
/// with the bits of a run that never stopped (on the same machine, build and thread count). Stages that have
/// ended are not repeated.
///
/// Returns a record of each stage that has ended; fewer than the recipe's where it was stopped.
///
/// Throws ArgumentError where the output holds a run and `resume` is off, or holds one of another recipe,
/// config or set of films; where a fold that a stage needs has no films; FileError where a start file is
/// missing, has another hash or does not fit; and, naming the layer first affected, where the loss is not
/// finite: the last checkpoint stays good.
std::vector<StageRecord> train_detector(const DetectorTraining& training);

/// Measures a network on films: what it finds on each, as config.json has it postprocessed, against their
/// boxes. Overlaps are the same in pixels of the crop as on the film, however it was stretched.
DetectorMeasure measure_detector(const models::RetinaNet& network, const models::InputConfig& input,
                                 const DetectorFilms& films);

} // namespace mammo::train
