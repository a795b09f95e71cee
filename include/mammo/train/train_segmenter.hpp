#pragma once

#include "mammo/data/annotated_film.hpp"
#include "mammo/models/segmenter.hpp"
#include "mammo/train/lesion_outline.hpp"
#include "mammo/train/run_stages.hpp"
#include "mammo/train/segmenter_recipe.hpp"

#include <functional>
#include <vector>

namespace mammo::train {

struct SegmenterTraining {
  SegmenterRecipe recipe;
  models::SegmenterConfig config;
  std::vector<data::AnnotatedFilm> films; ///< with their folds
  TrainingOptions options;
};

/// Trains a segmenter stage by stage (run_stages). Throws as that does, and ArgumentError where a fold that a
/// stage needs has no films.
std::vector<StageRecord> train_segmenter(const SegmenterTraining& training);

/// A way to outline the lesion in a box: a mask, u8 of the picture's size.
using Outliner = std::function<Tensor(const Tensor& grey, const Box& box)>;

/// The mean IoU of outlines with those of pasted lesions.
double mean_iou(const std::vector<PastedLesion>& lesions, const Outliner& outline);

/// The mean IoU of outlines' extents with the lesions' boxes.
double mean_box_iou(const std::vector<BoxedLesion>& lesions, const Outliner& outline);

} // namespace mammo::train
