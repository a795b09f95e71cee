#pragma once

#include "mammo/core/geometry.hpp"
#include "mammo/core/tensor.hpp"

#include <cstdint>

namespace mammo::image {

/// Resizes a grey picture so that every new pixel is the mean of the area it covers; sizes in pixels, height
/// first, the aspect may change. Weights are fractions of 2^15 and all arithmetic is in integers, so the same
/// bits come out on every machine; the result is within one grey level of the true mean. Where both axes
/// shrink or both grow this is OpenCV's INTER_AREA; where one shrinks and the other grows, it is still the
/// area's mean, which OpenCV's is not.
///
/// `grey`: u8 [H, W]. Returns u8 [height, width]. Throws TypeError or ShapeError on another picture, and
/// ArgumentError on a size outside 1 to 65536.
Tensor resize_area(const Tensor& grey, std::int64_t height, std::int64_t width);

struct CanvasOptions {
  std::int64_t height = 800; ///< pixels
  std::int64_t width = 448;  ///< pixels
  double max_scale = 1.6;    ///< canvas pixels per picture pixel, at most
};

/// Where fit_to_canvas puts a picture of height x width pixels: from picture to canvas, between pixel edges.
/// Throws as fit_to_canvas does.
AffineTransform canvas_fit(std::int64_t height, std::int64_t width, const CanvasOptions& options = {});

struct FittedPicture {
  Tensor canvas;             ///< u8 [height, width]
  double scale = 1;          ///< canvas pixels per picture pixel
  AffineTransform to_canvas; ///< from picture to canvas, between pixel edges as Box counts them
};

/// Scales a grey picture by f = min(height/h, width/w, max_scale) onto the middle of a black canvas,
/// bilinear; what lies outside of the picture is black.
///
/// Pixel (i, j)'s centre goes to (f (i - w/2) + width/2, f (j - h/2) + height/2), both counted in whole
/// pixels: the rule by which the detector's training pictures were made. Counted between pixel edges, as
/// boxes are, that is x' = f (x - 1/2 - w/2) + width/2 + 1/2, which is what `to_canvas` says.
///
/// `grey`: u8 [h, w]. Throws TypeError or ShapeError on another picture, ArgumentError on a canvas side
/// outside 1 to 65536 or a scale that is not positive.
FittedPicture fit_to_canvas(const Tensor& grey, const CanvasOptions& options = {});

} // namespace mammo::image
