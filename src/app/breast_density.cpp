#include "mammo/app/breast_density.hpp"

#include "mammo/image/contour.hpp"
#include "mammo/image/detector_input.hpp"
#include "mammo/image/warp.hpp"
#include "mammo/train/detector_films.hpp"

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <functional>
#include <iterator>
#include <span>
#include <vector>

namespace mammo::app {
namespace {

/// Probabilities [4, h, w] on another canvas, as `warp` leads there; background beyond them.
Tensor on_canvas(const Tensor& probabilities, const image::Warp& warp, Size2d canvas) {
  std::vector<float> planes;
  for (std::int64_t tissue = 0; tissue < models::tissue_classes; ++tissue) {
    const bool is_background = tissue == static_cast<std::int64_t>(models::TissueClass::background);
    const Tensor plane = image::warp(probabilities.select(0, tissue).contiguous(), warp, canvas.height,
                                     canvas.width, {.fill = is_background ? 1.0 : 0.0});
    std::ranges::copy(plane.data<float>(), std::back_inserter(planes));
  }
  return Tensor::from(std::span<const float>(planes), {models::tissue_classes, canvas.height, canvas.width});
}

} // namespace

BreastDensity breast_density(const models::ResNetUNet& network, const models::DensityConfig& config,
                             const Tensor& grey, std::optional<double> aspect) {
  image::DetectorInputOptions options = train::input_options(config.input);
  options.aspect = aspect;
  const image::BreastCrop crop = image::crop_breast(grey, options);
  BreastDensity density;
  density.breast_found = crop.breast_found;
  const std::vector<Size2d> canvases = models::density_canvases(config);
  for (const Size2d canvas : canvases) {
    options.canvas.height = canvas.height;
    options.canvas.width = canvas.width;
    const image::DetectorInput input = image::detector_input(crop, options.canvas, options.mean);
    const Tensor found = models::tissue_probabilities(network, input.input);
    if (!density.probabilities.defined()) {
      density.probabilities = found;
      density.to_canvas = input.to_input;
      continue;
    }
    const image::Warp to_largest{input.to_input.inverse().then(density.to_canvas)};
    const Tensor other = on_canvas(found, to_largest, canvases.front());
    const auto sum = density.probabilities.mutable_data<float>();
    std::ranges::transform(sum, other.data<float>(), sum.begin(), std::plus<>());
  }
  for (float& p : density.probabilities.mutable_data<float>()) p /= static_cast<float>(canvases.size());
  density.fibroglandular_weight = config.fibroglandular_weight;
  density.percent = models::percent_density(density.probabilities);
  density.category = models::density_category(density.percent, config.cut_points);
  density.cut_points = config.cut_points;
  return density;
}

Tensor tissue_on_film(const BreastDensity& density, Size2d film, Size2d size) {
  const auto scaling =
      AffineTransform::scaling(static_cast<double>(size.width) / static_cast<double>(film.width),
                               static_cast<double>(size.height) / static_cast<double>(film.height));
  const image::Warp warp{density.to_canvas.inverse().then(scaling)};
  return models::most_probable_tissue(on_canvas(density.probabilities, warp, size),
                                      density.fibroglandular_weight);
}

std::vector<std::vector<Point>> dense_areas(const BreastDensity& density, Size2d film) {
  constexpr std::int64_t height = 640; // pixels: the network knows no finer
  const double scale = static_cast<double>(height) / static_cast<double>(film.height);
  const auto width = std::max<std::int64_t>(1, std::llround(scale * static_cast<double>(film.width)));
  Tensor dense = tissue_on_film(density, film, {height, width});
  for (std::uint8_t& tissue : dense.mutable_data<std::uint8_t>()) {
    tissue = tissue == static_cast<std::uint8_t>(models::TissueClass::fibroglandular) ? 1 : 0;
  }
  constexpr double least_share = 0.001;
  std::vector<std::vector<Point>> areas;
  for (const image::Contour& contour : image::external_contours(dense)) {
    const Tensor part = image::filled_contour(contour, height, width);
    const auto pixels = std::ranges::count(part.data<std::uint8_t>(), std::uint8_t{1});
    if (static_cast<double>(pixels) < least_share * static_cast<double>(height * width)) continue;
    std::vector<Point>& area = areas.emplace_back();
    for (const image::PixelPoint& p : contour) area.push_back({(p.x + 0.5) / scale, (p.y + 0.5) / scale});
  }
  return areas;
}

} // namespace mammo::app
