#pragma once

#include "mammo/app/analysis.hpp"
#include "mammo/app/detection_figures.hpp"
#include "mammo/data/ddsm_tissue.hpp"
#include "mammo/eval/overlap.hpp"
#include "mammo/models/density.hpp"

#include <array>
#include <cstddef>
#include <filesystem>
#include <functional>
#include <span>
#include <string>
#include <vector>

namespace mammo::app {

/// One film's map of tissues beside the model's.
struct DensityCase {
  data::TissueFilm film;
  std::array<eval::Overlap, models::tissue_classes> tissues; ///< in pixels of the film
  double truth = 0;                                          ///< percent density of the map, 0 to 1
  double found = 0;
};

/// IoU of everything that is not background: breast and muscle.
double breast_iou(const DensityCase& c);

/// Which network measures a film: the one model, or the one of a cross-validation that has not seen it.
using DensityNetwork = std::function<const models::ResNetUNet&(const data::TissueFilm&)>;

/// Measures each film as the analysis does. Throws FileError where a picture cannot be read.
std::vector<DensityCase> density_cases(const std::vector<data::TissueFilm>& films,
                                       const models::DensityConfig& config, const DensityNetwork& network,
                                       const std::function<bool(const data::TissueFilm&)>& go_on);

/// `dice` (of fibroglandular tissue) and the other tissues' `dice_...`, each the films' mean; `pooled_dice`,
/// of all films' pixels together; `breast_iou`, of breast and muscle against background, the films' mean;
/// `correlation`, `absolute_error` and `bias` of percent density; `category_agreement`, the share of films in
/// the same category by the same cut points. Intervals by patient.
std::vector<Figure> density_figures(std::span<const DensityCase> cases, const std::vector<double>& cut_points,
                                    const eval::BootstrapOptions& bootstrap = {});

/// What was evaluated and how, for the record.
struct DensityRecord {
  std::span<const DensityCase> cases;
  std::span<const Figure> figures;
  eval::BootstrapOptions bootstrap = {};
  std::filesystem::path data = {};
  bool cross_validated = false; ///< each film by a network that has not seen its patient
  std::vector<double> cut_points = {};
  std::vector<ModelRecord> models = {};
  ExecutionRecord execution = {};
};

/// Writes metrics.json, predictions.json, density.png and .svg into a folder, made where missing; the metrics
/// come last. Throws FileError.
void write_density_evaluation(const DensityRecord& record, const std::filesystem::path& folder);

} // namespace mammo::app
