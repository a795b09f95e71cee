#pragma once

#include "mammo/eval/bootstrap.hpp"
#include "mammo/eval/coco_ap.hpp"
#include "mammo/eval/froc.hpp"
#include "mammo/image/line_plot.hpp"

#include <optional>
#include <span>
#include <string>
#include <vector>

namespace mammo::app {

/// A number with a name, and the interval that goes with it.
struct Figure {
  std::string name;
  double value = 0; ///< NaN where the data say nothing
  std::optional<eval::Interval> interval = std::nullopt;
};

/// How well lesions were found, and the curves behind the figures.
struct DetectionFigures {
  /// `ap`, `ap50`, `ap75`, `ar` with intervals, COCO's other eight without, and for each rule and reading of
  /// the FROC curve `sensitivity_<rule>_at_<false marks a film>`; where there are films without lesions also
  /// `lesion_free_sensitivity_...`, read at false marks on those.
  std::vector<Figure> figures;
  std::vector<image::LineSeries> froc;             ///< one a rule, false marks counted on all films
  std::vector<image::LineSeries> precision_recall; ///< at IoU 0.5
  std::size_t films = 0;
  std::size_t lesions = 0;
  std::size_t lesion_free_films = 0;
  std::size_t patients = 0;
};

/// `patients`: each film's; the intervals are by patient. Throws ArgumentError where there is no lesion, on
/// another number of patients than films, and what the functions of eval throw.
DetectionFigures detection_figures(std::span<const eval::ImageBoxes> films,
                                   std::span<const std::string> patients,
                                   const eval::BootstrapOptions& bootstrap = {});

/// By how much one detector is above another on the same films: `<name>_gain` for each figure that has an
/// interval, its interval from the same draws of patients for both. Throws as detection_figures, and
/// ArgumentError on another number of films.
std::vector<Figure> detection_gains(std::span<const eval::ImageBoxes> films,
                                    std::span<const eval::ImageBoxes> others,
                                    std::span<const std::string> patients,
                                    const eval::BootstrapOptions& bootstrap = {});

} // namespace mammo::app
