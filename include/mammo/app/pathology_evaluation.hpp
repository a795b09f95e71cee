#pragma once

#include "mammo/app/detector_evaluation.hpp"
#include "mammo/eval/logistic.hpp"
#include "mammo/models/pathology.hpp"

#include <cstdint>
#include <filesystem>
#include <optional>
#include <span>
#include <string>
#include <vector>

namespace mammo::app {

/// What a pathology model says of the lesion in a box that was found.
struct FoundLesion {
  double detection_score = 0;
  double iou = 0; ///< with the true box
  double logit = 0;
};

/// A lesion of known pathology as it shows on one film, and what was said of it.
struct ScoredLesion {
  std::int64_t image_id = 0;
  std::int64_t annotation_id = 0;
  std::int64_t category = 0;
  Box box; ///< in annotation pixels
  std::string film;
  std::string patient;
  std::string lesion; ///< the same on the breast's other film; empty where nobody knows
  bool malignant = false;
  double log_size = 0;  ///< logarithm of the box's true side over the film's height, sides averaged
  double intensity = 0; ///< mean grey level in the box, evened out over films
  double logit = 0;     ///< with the true box
  std::optional<FoundLesion> found = std::nullopt; ///< of the best mark with an IoU of at least 0.5
};

/// Scores all lesions of known pathology: with their true boxes and, where `marks` are given, with those that
/// a detector found; boxes of marks are in annotation pixels. Films whose lesions differ in pathology are
/// left out. Without a model logits are 0 and only size and intensity are measured. Throws FileError where a
/// picture cannot be read.
std::vector<ScoredLesion> score_lesions(const models::LesionInputConfig& input,
                                        const models::PathologyModel* model, const data::DetectionSet& set,
                                        std::span<const data::CocoResult> marks = {},
                                        const FilmCalls& calls = {});

/// A logistic model of size and intensity.
eval::LogisticModel fit_baseline(std::span<const ScoredLesion> lesions);

/// How well lesions were told apart, and the curves behind the figures.
struct PathologyFigures {
  /// Of single views with true boxes under plain names; with prefixes `lesion_` (the mean logit of a lesion's
  /// views), `two_views_` (the same, of lesions with both), `detected_` (boxes found by a detector) and
  /// `baseline_`.
  std::vector<Figure> figures;
  std::vector<image::LineSeries> roc;
  std::vector<image::LineSeries> precision_recall;
  std::vector<image::LineSeries> reliability;
  std::size_t views = 0;
  std::size_t malignant_views = 0;
  std::size_t lesions = 0;
  std::size_t lesions_with_two_views = 0;
  std::size_t detected_views = 0;
  std::size_t patients = 0;
};

/// A row without malignant and benign lesions of two patients each is left out; throws ArgumentError where
/// the views are such a row.
PathologyFigures pathology_figures(std::span<const ScoredLesion> lesions,
                                   const models::ScoreCalibration& calibration,
                                   const std::optional<eval::LogisticModel>& baseline,
                                   const eval::BootstrapOptions& bootstrap = {});

/// What was evaluated and how, for the record.
struct PathologyRecord {
  const data::DetectionSet& set;
  const PathologyFigures& figures;
  std::span<const ScoredLesion> lesions;
  const models::ScoreCalibration& calibration;
  std::optional<eval::LogisticModel> baseline = std::nullopt;
  std::vector<int> baseline_folds = {};
  eval::BootstrapOptions bootstrap = {};
  std::filesystem::path split = {};
  std::vector<int> folds = {};
  std::vector<ModelRecord> models = {};
  ExecutionRecord execution = {};
};

/// Writes metrics.json, predictions.json, scores.csv (which `mammo metrics roc` reads) and the plots roc,
/// precision_recall and reliability as .png and .svg into a folder, made where missing; the metrics come
/// last. Throws FileError.
void write_evaluation(const PathologyRecord& record, const std::filesystem::path& folder);

} // namespace mammo::app
