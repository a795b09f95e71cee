#pragma once

#include "mammo/core/geometry.hpp"
#include "mammo/core/tensor.hpp"

#include <array>
#include <cstdint>
#include <string>

namespace mammo::image {

/// A map that is laid over a picture in colour, such as where a network looked.
struct HeatLayer {
  Tensor map{}; ///< f32 [h, w]
  /// From the picture to the map, both between pixel edges as Box counts them.
  AffineTransform to_map{};
  /// Value from which the colour is strongest, larger than 0. Values below 0 have a colour scale of their
  /// own, which ends at -full_scale.
  double full_scale = 1;
  bool is_signed = false;  ///< the legend shows the negative colours too
  double opacity = 0.55;   ///< of the strongest colour, 0 to 1; a value of 0 shows the picture alone
  std::string legend = {}; ///< what the numbers are, written beside the colour bar
};

/// The colour of a value, -1 to 1, as RGB: from dark violet over red to pale yellow, below 0 from dark blue
/// to pale cyan. Lightness (CIE L*) grows with the magnitude in equal steps, so that the order is seen
/// without seeing the hue.
std::array<std::uint8_t, 3> heat_color(double value);

/// How much of that colour lies over the picture, 0 to 1 of the layer's opacity.
double heat_coverage(double value);

/// Lays the map over a picture u8 [H, W, 3], in place; `to_picture` leads from the shown picture to the one
/// that `to_map` starts from. Values are taken between the map's pixels bilinearly; outside the map there is
/// nothing. Throws TypeError or ShapeError on another map or picture, ArgumentError on a scale that is not
/// positive or an opacity outside 0 to 1.
void draw_heat(Tensor& rgb, const HeatLayer& layer, const AffineTransform& to_picture);

} // namespace mammo::image
