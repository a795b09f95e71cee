#pragma once

#include "mammo/core/geometry.hpp"
#include "mammo/core/tensor.hpp"
#include "mammo/models/density.hpp"

#include <cstdint>
#include <optional>
#include <vector>

namespace mammo::app {

/// What a density model says of one film.
struct BreastDensity {
  double percent = 0;  ///< fibroglandular tissue's share of the breast without muscle, 0 to 1, by area
  char category = 'a'; ///< 'a' to 'd', by the model's cut points: by area alone, no reader's category
  std::vector<double> cut_points; ///< of percent, where b, c and d begin
  bool breast_found = false;
  Tensor probabilities; ///< f32 [4, h, w], on the model's largest canvas, in the order of models::TissueClass
  double fibroglandular_weight = 1; ///< the model's, where a pixel's tissue is decided
  AffineTransform to_canvas;        ///< from the film, between pixel edges
};

/// Measures the density of a film. `grey`: u8 [H, W], as shown, air dark; `aspect`: of its true width to its
/// height where the picture is stretched. Throws as image::detector_input does.
BreastDensity breast_density(const models::ResNetUNet& network, const models::DensityConfig& config,
                             const Tensor& grey, std::optional<double> aspect = std::nullopt);

/// Where the film's dense tissue lies: its parts as polygons in pixels of the film, those below a thousandth
/// of the film's area left out, as are holes. `film`: its height and width.
std::vector<std::vector<Point>> dense_areas(const BreastDensity& density, Size2d film);

/// The most probable tissue of each pixel of the film scaled to height x width, u8 of models::TissueClass;
/// background beyond the canvas. `film`: the film's own height and width.
Tensor tissue_on_film(const BreastDensity& density, Size2d film, Size2d size);

} // namespace mammo::app
