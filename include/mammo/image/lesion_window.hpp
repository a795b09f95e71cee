#pragma once

#include "mammo/core/geometry.hpp"
#include "mammo/core/tensor.hpp"

#include <cstdint>

namespace mammo::image {

/// A part of a picture, u8 [H, W], that may reach beyond it, where its edge pixels go on: u8 [height, width]
/// with its upper left pixel at (top, left) of the picture.
Tensor crop_with_edge(const Tensor& grey, std::int64_t top, std::int64_t left, std::int64_t height,
                      std::int64_t width);

/// The surroundings of a lesion on a square.
struct LesionWindow {
  Tensor picture;            ///< f32 [side, side], grey values
  AffineTransform to_window; ///< from the picture that it was cut from, between pixel edges
};

/// The part of a picture that is `context` times as wide and as high as the box, around its middle, stretched
/// to a square of `side` pixels: the box always fills the same middle square, and pixels of a stretched film
/// need no aspect. Beyond the picture its edge pixels go on.
///
/// `grey`: u8 [H, W]. Throws TypeError or ShapeError on another picture; ArgumentError on a box that is not
/// finite or has a side below a pixel, and on a context below 1.
LesionWindow lesion_window(const Tensor& grey, const Box& box, double context, std::int64_t side);

/// Brings a picture, f32, to mean 0 and standard deviation 1, in place; an even one becomes 0.
void standardize(Tensor& picture);

} // namespace mammo::image
