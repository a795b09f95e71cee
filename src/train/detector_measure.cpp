#include "train/detector_measure.hpp"

#include "mammo/eval/froc.hpp"
#include "mammo/image/resample.hpp"
#include "mammo/ops/autograd.hpp"
#include "mammo/train/train_detector.hpp"

#include <vector>

namespace mammo::train {

DetectorMeasure measure_detector(const models::RetinaNet& network, const models::InputConfig& input,
                                 const DetectorFilms& films) {
  const NoGrad off;
  const data::AugmentationOptions as_it_is = on_canvas({}, input);
  std::vector<eval::ImageBoxes> images;
  for (std::size_t i = 0; i < films.size(); ++i) {
    const data::LabelledFilm film = films.get(i);
    Generator unused(0);
    const data::AugmentedFilm fitted = data::augment(film, as_it_is, unused);
    const Tensor x = fitted.input.reshape({1, 1, fitted.input.size(1), fitted.input.size(2)});
    const AffineTransform to_film = fitted.to_canvas.to_canvas.inverse();
    eval::ImageBoxes& image = images.emplace_back();
    for (std::size_t j = 0; j < film.boxes.size(); ++j) {
      image.truth.push_back({.box = film.boxes[j], .category = film.labels[j], .area = film.boxes[j].area()});
    }
    const auto height = static_cast<double>(film.picture.size(0));
    const auto width = static_cast<double>(film.picture.size(1));
    const auto found_on_films = network.postprocess(network.forward(x));
    for (const models::Detection& found : found_on_films.front()) {
      const Box box = clip(to_film.apply(found.box), width, height);
      if (box.area() > 0) image.found.push_back({.box = box, .category = found.label, .score = found.score});
    }
  }
  return detector_measure(images);
}

DetectorMeasure detector_measure(std::span<const eval::ImageBoxes> films) {
  const auto figures = eval::CocoMatches(films).figures();
  return {.ap = figures.ap,
          .ap50 = figures.ap50,
          .sensitivity = eval::sensitivity_at(eval::FrocMarks(films, eval::LesionRule::iou50).curve(),
                                              /*false_marks_per_film=*/1)};
}

} // namespace mammo::train
