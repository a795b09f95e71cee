#include "app/malignancy.hpp"

#include <algorithm>
#include <iterator>

namespace mammo::app {

std::vector<double> malignancy_logits(const models::PathologyModel& model, const train::LesionFilm& film,
                                      std::span<const Box> boxes) {
  constexpr std::size_t at_once = 8; // memory: a batch of all of a film's marks has no need to be held
  std::vector<double> logits;
  while (!boxes.empty()) {
    const auto batch = boxes.first(std::min(at_once, boxes.size()));
    const train::LesionInput::Batch input = train::lesion_inputs(film, batch, model.config.input);
    const auto found =
        models::malignancy_logits(*model.network, input.images, input.masks, model.config.mirrored);
    logits.insert(logits.end(), found.begin(), found.end());
    boxes = boxes.subspan(batch.size());
  }
  return logits;
}

void score_malignancy(std::vector<Detection>& detections, const models::PathologyModel& model,
                      const train::LesionFilm& film, std::optional<double> prevalence) {
  std::vector<Box> boxes;
  std::ranges::transform(detections, std::back_inserter(boxes), &Detection::box);
  const std::vector<double> logits = malignancy_logits(model, film, boxes);
  for (std::size_t i = 0; i < detections.size(); ++i) {
    detections[i].malignancy = model.config.calibration.score(logits[i], prevalence);
  }
}

MalignancyReference reference_of(const models::PathologyModel& model, std::optional<double> prevalence) {
  const models::ScoreCalibration& calibration = model.config.calibration;
  return {.population = calibration.reference,
          .prevalence = calibration.prevalence,
          .adjusted_prevalence = prevalence};
}

} // namespace mammo::app
