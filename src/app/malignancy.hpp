#pragma once

#include "mammo/app/analysis.hpp"
#include "mammo/models/pathology.hpp"
#include "mammo/train/lesion_input.hpp"

#include <optional>
#include <span>
#include <vector>

namespace mammo::app {

/// Logits of malignancy of the lesions in these boxes, in pixels of the film; one each.
std::vector<double> malignancy_logits(const models::PathologyModel& model, const train::LesionFilm& film,
                                      std::span<const Box> boxes);

/// Gives each detection its malignancy score; as it would be among lesions of which `prevalence` is
/// malignant, where that is given.
void score_malignancy(std::vector<Detection>& detections, const models::PathologyModel& model,
                      const train::LesionFilm& film, std::optional<double> prevalence);

/// What the scores stand against, for the report.
MalignancyReference reference_of(const models::PathologyModel& model, std::optional<double> prevalence);

} // namespace mammo::app
