#pragma once

#include "mammo/core/geometry.hpp"
#include "mammo/core/tensor.hpp"
#include "mammo/models/segmenter.hpp"

#include <cstdint>
#include <vector>

namespace mammo::train {

/// What a segmenter says of one lesion.
struct LesionOutline {
  Tensor probabilities;      ///< f32 [S, S], of the window's pixels
  Tensor mask;               ///< u8 [S, S]: the main part above the threshold, its holes filled
  AffineTransform to_window; ///< from the picture, between pixel edges
};

/// Outlines the mass in a box. `grey`: u8 [H, W]; `box` in its pixels. Throws as image::lesion_window does.
LesionOutline outline_lesion(const models::ResNetUNet& network, const models::SegmenterConfig& config,
                             const Tensor& grey, const Box& box);

/// Outlines the mass that a box is known to hold exactly: of the levels 0.2, 0.25, ..., 0.8 of probability
/// the one whose outline's extent fits the box best. A mask, u8 of the picture's size; throws as
/// outline_lesion.
Tensor boxed_outline(const models::ResNetUNet& network, const models::SegmenterConfig& config,
                     const Tensor& grey, const Box& box);

/// The outline's probabilities and mask on the picture, of height x width pixels; 0 beyond the window.
Tensor probabilities_on(const LesionOutline& outline, std::int64_t height, std::int64_t width);
Tensor mask_on(const LesionOutline& outline, std::int64_t height, std::int64_t width);

/// The mask's border as a polygon of at most 96 vertices in pixels of the picture, between pixel edges; empty
/// where it encloses nothing.
std::vector<Point> polygon_of(const LesionOutline& outline);

} // namespace mammo::train
