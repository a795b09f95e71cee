#pragma once

#include "mammo/app/analysis.hpp"
#include "mammo/app/detection_figures.hpp"
#include "mammo/data/lesion_crops.hpp"
#include "mammo/eval/overlap.hpp"
#include "mammo/models/segmenter.hpp"
#include "mammo/train/lesion_windows.hpp"

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <functional>
#include <optional>
#include <span>
#include <string>
#include <vector>

namespace mammo::app {

/// The box that every method is given: the outline's own, moved and scaled by chance.
struct GivenBoxes {
  train::BoxJitter jitter{}; ///< of zero: the outline's own box
  int draws = 5;             ///< boxes a lesion, whose figures are averaged
  std::uint64_t seed = 1;
};

/// One method on one lesion, with one box.
struct OutlineFigures {
  eval::Overlap pixels;
  std::optional<eval::EdgeDistance> distance; ///< none where the outline is empty
};

/// One lesion, with one box.
struct OutlineCase {
  data::LesionCrop crop;
  Box truth; ///< the outline's own box
  Box given;
  OutlineFigures network;
  OutlineFigures ellipse;   ///< inscribed in the given box
  OutlineFigures level_set; ///< image::level_set_outline in the given box
  double pixel_auc = 0;     ///< of the network's probabilities
};

/// Outlines each lesion, `boxes.draws` times. Throws FileError where a picture or mask cannot be read, they
/// are of different sizes, or a mask is empty.
std::vector<OutlineCase> outline_cases(const std::vector<data::LesionCrop>& crops,
                                       const models::Segmenter& model, const GivenBoxes& boxes,
                                       const std::function<bool(const data::LesionCrop&)>& go_on);

/// For the network `iou`, `dice`, `two_class_miou`, `hausdorff`, `hausdorff95` (pixels), `pixel_auc`, each
/// the mean of the lesions' means over draws, and `pooled_iou`, of all pixels together; for the other two the
/// same but the AUC, with `_ellipse` and `_level_set`; and what the network gains in IoU, paired:
/// `iou_gain_over_ellipse`, `iou_gain_over_level_set`. Intervals by patient.
std::vector<Figure> outline_figures(std::span<const OutlineCase> cases,
                                    const eval::BootstrapOptions& bootstrap = {});

/// What was evaluated and how, for the record.
struct OutlineRecord {
  std::span<const OutlineCase> cases;
  std::span<const Figure> figures;
  GivenBoxes boxes;
  eval::BootstrapOptions bootstrap = {};
  std::filesystem::path data = {};
  std::vector<ModelRecord> models = {};
  ExecutionRecord execution = {};
};

/// Writes metrics.json, predictions.json, iou.png and .svg into a folder, made where missing; the metrics
/// come last. Throws FileError.
void write_outline_evaluation(const OutlineRecord& record, const std::filesystem::path& folder);

} // namespace mammo::app
