#pragma once

#include "mammo/core/geometry.hpp"
#include "mammo/core/tensor.hpp"
#include "mammo/models/segmenter.hpp"

#include <cstdint>
#include <vector>

namespace mammo::train {

/// A segmenter's input, f32 [3, S, S], from a window of grey values, f32 [S, S], in which the box fills the
/// middle 1 / context:
///
/// 0. the picture, brought to mean 0 and deviation 1;
/// 1. the box: 1 - r^2, at least -3, where r is the distance from its middle in units of its inscribed
/// ellipse;
/// 2. a first outline, 1 inside and -1 outside: image::level_set_outline of the picture in the box.
///
/// What a network of convolutions would have to find out - where the box is, which parts are bright as a
/// whole - it is told, and learns where the level set goes wrong.
Tensor segmenter_input(const Tensor& window, double context);

/// What a segmenter says of one lesion.
struct LesionOutline {
  Tensor probabilities;      ///< f32 [S, S], of the window's pixels
  Tensor mask;               ///< u8 [S, S]: the main part above the threshold, its holes filled
  AffineTransform to_window; ///< from the picture, between pixel edges
};

/// Outlines the mass in a box. `grey`: u8 [H, W]; `box` in its pixels. Throws as image::lesion_window does.
LesionOutline outline_lesion(const models::TransResUNet& network, const models::SegmenterConfig& config,
                             const Tensor& grey, const Box& box);

/// The outline's probabilities and mask on the picture, of height x width pixels; 0 beyond the window.
Tensor probabilities_on(const LesionOutline& outline, std::int64_t height, std::int64_t width);
Tensor mask_on(const LesionOutline& outline, std::int64_t height, std::int64_t width);

/// The mask's border as a polygon of at most 96 vertices in pixels of the picture, between pixel edges; empty
/// where it encloses nothing.
std::vector<Point> polygon_of(const LesionOutline& outline);

} // namespace mammo::train
