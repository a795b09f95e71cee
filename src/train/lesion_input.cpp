#include "mammo/train/lesion_input.hpp"

#include "mammo/core/error.hpp"
#include "mammo/data/collate.hpp"
#include "mammo/image/warp.hpp"
#include "mammo/train/detector_films.hpp"

#include <algorithm>
#include <cmath>
#include <utility>
#include <vector>

namespace mammo::train {
namespace {

constexpr double white = 255;

/// Where the film's points lie on the canvas: a square window around the middle of the box, in the film's
/// true proportions.
AffineTransform window_of(const Box& box, double pixel_aspect, const models::LesionInputConfig& config) {
  require<ArgumentError>(box.area() > 0 && std::isfinite(box.x + box.y + box.width + box.height),
                         "a lesion in a box at ", box.x, ", ", box.y, " of ", box.width, " x ", box.height,
                         ", expected a positive area");
  const auto size = static_cast<double>(config.size);
  const double scale = size / (config.context * std::max(box.width * pixel_aspect, box.height));
  return AffineTransform::translation(-box.x - box.width / 2, -box.y - box.height / 2)
      .then(AffineTransform::scaling(scale * pixel_aspect, scale))
      .then(AffineTransform::translation(size / 2, size / 2));
}

/// The ellipse that is inscribed in a box, f32 [side, side]: 1 inside, 0 outside, and between them over a
/// pixel at its edge.
Tensor ellipse_in(const Box& box, std::int64_t side) {
  Tensor mask = Tensor::zeros({side, side});
  const std::span<float> values = mask.mutable_data<float>();
  const double a = box.width / 2;
  const double b = box.height / 2;
  std::size_t at = 0;
  for (std::int64_t row = 0; row < side; ++row) {
    const double v = (static_cast<double>(row) + 0.5 - box.y - b) / b;
    for (std::int64_t column = 0; column < side; ++column) {
      const double u = (static_cast<double>(column) + 0.5 - box.x - a) / a;
      // Pixels to the edge, to first order: (1 - r) / |gradient of r|, r = sqrt(u^2 + v^2).
      const double r = std::hypot(u, v);
      const double slope = r > 0 ? std::hypot(u / a, v / b) / r : 1 / std::min(a, b);
      values[at++] = static_cast<float>(std::clamp((1 - r) / slope + 0.5, 0.0, 1.0));
    }
  }
  return mask;
}

data::AugmentationOptions canvas_of(const models::LesionInputConfig& config) {
  return {.height = config.size, .width = config.size, .max_scale = 1, .white = white};
}

} // namespace

image::DetectorInputOptions brightness_options(const models::LesionInputConfig& config) {
  models::InputConfig input;
  input.working_height = config.working_height;
  input.breast = config.breast;
  input.brightness = config.brightness;
  return input_options(input);
}

LesionFilm lesion_film(const Tensor& grey, std::optional<double> aspect,
                       const models::LesionInputConfig& config) {
  image::DetectorInputOptions options = brightness_options(config);
  options.aspect = aspect;
  const image::BreastCrop crop = image::crop_breast(grey, options);
  return {.grey = grey,
          .pixel_aspect = crop.aspect * static_cast<double>(grey.size(0)) / static_cast<double>(grey.size(1)),
          .gain = crop.gain};
}

FramedLesion framed_lesion(const LesionFilm& film, const Box& box, const models::LesionInputConfig& config,
                           const LesionChange& change) {
  const AffineTransform window = window_of(box, film.pixel_aspect, config);
  image::Warp warp = data::warp_for(change.placement, config.size, config.size, canvas_of(config));
  warp.to_canvas = window.then(warp.to_canvas);
  Tensor canvas = image::warp(film.grey, warp, config.size, config.size);
  const auto gain = static_cast<float>(film.gain);
  for (float& value : canvas.mutable_data<float>()) value = std::min(value * gain, static_cast<float>(white));
  data::change_grey(canvas, change.grey, white);
  const auto mean = static_cast<float>(config.mean);
  for (float& value : canvas.mutable_data<float>()) value -= mean;
  return {.image = canvas.reshape({1, config.size, config.size}), .to_window = std::move(warp)};
}

LesionInput lesion_input(const LesionFilm& film, const Box& box, const models::LesionInputConfig& config,
                         const LesionChange& change) {
  const FramedLesion framed = framed_lesion(film, box, config, change);
  const Tensor mask = ellipse_in(image::ellipse_extent(framed.to_window, box), config.size);
  return {.image = framed.image, .mask = mask.reshape(framed.image.shape())};
}

LesionInput::Batch lesion_inputs(const LesionFilm& film, std::span<const Box> boxes,
                                 const models::LesionInputConfig& config) {
  if (boxes.empty()) return {};
  std::vector<Tensor> images;
  std::vector<Tensor> masks;
  for (const Box& box : boxes) {
    LesionInput input = lesion_input(film, box, config);
    images.push_back(std::move(input.image));
    masks.push_back(std::move(input.mask));
  }
  return {.images = data::stack(images), .masks = data::stack(masks)};
}

} // namespace mammo::train
