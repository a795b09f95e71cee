// Lesson 14, saliency: which pixels move the score of a detector's best mark on a film?
//     example_14_saliency FILM MODEL_FOLDER MAP.png
#include "mammo/explain/map.hpp"
#include "mammo/explain/smooth_grad.hpp"
#include "mammo/image/detector_input.hpp"
#include "mammo/image/overlay.hpp"
#include "mammo/image/read.hpp"
#include "mammo/image/voi.hpp"
#include "mammo/image/write_png.hpp"
#include "mammo/models/detector.hpp"
#include "mammo/ops/views.hpp"

#include <iostream>

using namespace mammo;

int main(int argc, char** argv) {
  if (argc != 4) return 2;
  const Tensor grey = image::render_grey8(image::read_film(argv[1])).pixels;
  const auto seen = image::detector_input(grey);
  const auto detector = models::load_detector(argv[2]);
  const models::RetinaNet& network = *detector.network;
  const auto best = network.postprocess(network.forward(seen.input)).at(0).at(0);

  // Any number that a network computes will do: here the logit of the best detection.
  const auto score = [&](const Tensor& x) {
    return select(select(network.forward(x).cls_logits, 1, best.anchor), 1, best.label);
  };
  const Tensor map = explain::smooth_grad(score, seen.input, {.samples = 8, .seed = 1});
  const explain::Peak peak = explain::peak_of(explain::blurred(map, 4));

  const Point place = seen.to_input.inverse().apply(
      Point{static_cast<double>(peak.column) + 0.5, static_cast<double>(peak.row) + 0.5});
  std::cout << "a logit of " << score(seen.input).item<float>() << ", most of it from around " << place.x
            << ' ' << place.y << '\n';
  const image::HeatLayer heat{.map = explain::blurred(map, 4),
                              .to_map = seen.to_input,
                              .full_scale = peak.value,
                              .legend = "logit a grey level"};
  image::write_png(argv[3], image::draw_overlay(grey, {}, {.heat = heat, .caption = "SmoothGrad"}));
}
