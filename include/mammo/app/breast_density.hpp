#pragma once

#include "mammo/core/geometry.hpp"
#include "mammo/core/tensor.hpp"
#include "mammo/models/density.hpp"

#include <cstdint>
#include <optional>

namespace mammo::app {

/// What a density model says of one film.
struct BreastDensity {
  double percent = 0;  ///< fibroglandular tissue's share of the breast without muscle, 0 to 1, by area
  char category = 'a'; ///< 'a' to 'd', by the model's cut points: by area alone, no reader's category
  bool breast_found = false;
  Tensor probabilities;      ///< f32 [4, h, w], on the model's canvas, in the order of models::TissueClass
  AffineTransform to_canvas; ///< from the film, between pixel edges
};

/// Measures the density of a film. `grey`: u8 [H, W], as shown, air dark; `aspect`: of its true width to its
/// height where the picture is stretched. Throws as image::detector_input does.
BreastDensity breast_density(const models::UNet& network, const models::DensityConfig& config,
                             const Tensor& grey, std::optional<double> aspect = std::nullopt);

/// The most probable tissue of each pixel of the film scaled to height x width, u8 of models::TissueClass;
/// background beyond the canvas. `film`: the film's own height and width.
Tensor tissue_on_film(const BreastDensity& density, Size2d film, Size2d size);

} // namespace mammo::app
