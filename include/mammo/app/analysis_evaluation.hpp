#pragma once

#include "mammo/app/pathology_evaluation.hpp"

#include <cstdint>
#include <filesystem>
#include <span>
#include <string>
#include <vector>

namespace mammo::app {

/// A region that a detector found, and what a pathology model says of it.
struct ScoredRegion {
  std::int64_t image_id = 0;
  Box box; ///< in annotation pixels
  double detection_score = 0;
  double malignancy = 0; ///< calibrated, 0 to 1
};

/// Films of a set all of whose lesions have a known pathology: those that an analysis can be held to.
data::DetectionSet with_known_pathology(data::DetectionSet set);

/// The lowest detection score that any reading of `end_to_end_figures` asks for: regions below it need no
/// malignancy.
double lowest_threshold(const data::DetectionSet& set, std::span<const data::CocoResult> marks);

/// Scores the marks of at least `threshold`, film by film. Throws FileError where a picture cannot be read.
std::vector<ScoredRegion> score_regions(const models::PathologyModel& model, const data::DetectionSet& set,
                                        std::span<const data::CocoResult> marks, double threshold,
                                        const FilmCalls& calls = {});

/// From end to end as seed 003, section 8.4, counts: at a threshold on the detection score a lesion is
/// `found` where a region overlaps it with an IoU of at least 0.5, each region and lesion used once, best
/// scores first; it is correct where the region's class, malignant at 0.5 or above, is its own, too.
/// `correct` and `found` are fractions of the lesions, `false_share` is 1 - correct / regions.
///
/// At thresholds 0.2, 0.3 and 0.5 (`correct_at_0.3`), and at the scores that leave as many regions a film as
/// the thesis' detector had at these: 1.93, 1.04, 0.31 (`correct_at_1.04_regions`, with the `threshold_...`).
/// Throws ArgumentError where there is no lesion.
std::vector<Figure> end_to_end_figures(const data::DetectionSet& set, std::span<const ScoredRegion> regions,
                                       const eval::BootstrapOptions& bootstrap = {});

struct EndToEndRecord {
  const data::DetectionSet& set;
  std::span<const Figure> figures;
  std::span<const ScoredRegion> regions;
  std::size_t films_left_out = 0;
  eval::BootstrapOptions bootstrap = {};
  std::filesystem::path split = {};
  std::vector<int> folds = {};
  std::vector<ModelRecord> models = {};
  ExecutionRecord execution = {};
};

/// Writes metrics.json, predictions.json (COCO's result array, with each region's malignancy) and the plot
/// end_to_end as .png and .svg into a folder, made where missing; the metrics come last. Throws FileError.
void write_evaluation(const EndToEndRecord& record, const std::filesystem::path& folder);

} // namespace mammo::app
