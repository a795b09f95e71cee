#include "mammo/app/breast_density.hpp"

#include "mammo/image/contour.hpp"
#include "mammo/image/detector_input.hpp"
#include "mammo/image/warp.hpp"
#include "mammo/train/detector_films.hpp"

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <iterator>
#include <span>
#include <vector>

namespace mammo::app {

BreastDensity breast_density(const models::ResNetUNet& network, const models::DensityConfig& config,
                             const Tensor& grey, std::optional<double> aspect) {
  image::DetectorInputOptions options = train::input_options(config.input);
  options.aspect = aspect;
  const image::DetectorInput input = image::detector_input(grey, options);
  BreastDensity density;
  density.probabilities = models::tissue_probabilities(network, input.input);
  density.percent = models::percent_density(density.probabilities);
  density.category = models::density_category(density.percent, config.cut_points);
  density.cut_points = config.cut_points;
  density.breast_found = input.breast_found;
  density.to_canvas = input.to_input;
  return density;
}

Tensor tissue_on_film(const BreastDensity& density, Size2d film, Size2d size) {
  const auto scaling =
      AffineTransform::scaling(static_cast<double>(size.width) / static_cast<double>(film.width),
                               static_cast<double>(size.height) / static_cast<double>(film.height));
  const image::Warp warp{density.to_canvas.inverse().then(scaling)};
  std::vector<float> planes;
  for (std::int64_t tissue = 0; tissue < models::tissue_classes; ++tissue) {
    const bool is_background = tissue == static_cast<std::int64_t>(models::TissueClass::background);
    const Tensor plane = image::warp(density.probabilities.select(0, tissue).contiguous(), warp, size.height,
                                     size.width, {.fill = is_background ? 1.0 : 0.0});
    std::ranges::copy(plane.data<float>(), std::back_inserter(planes));
  }
  return models::most_probable_tissue(
      Tensor::from(std::span<const float>(planes), {models::tissue_classes, size.height, size.width}));
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
