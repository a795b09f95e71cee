#pragma once

#include "mammo/core/geometry.hpp"
#include "mammo/core/tensor.hpp"
#include "mammo/image/breast.hpp"
#include "mammo/image/resample.hpp"

#include <cstdint>
#include <optional>

namespace mammo::image {

/// How brightness is evened out between films. All but the percentile are grey levels.
struct BrightnessOptions {
  double percentile = 99.5; ///< of the pixels above `background`
  double background = 20;
  double target = 235; ///< what the percentile becomes
  double least = 60;   ///< a percentile below this is taken as this, so that noise is not blown up
};

struct NormalizedPicture {
  Tensor picture;        ///< u8, shape of the input
  double percentile = 0; ///< grey level found; 0 where no pixel was above the background
  double gain = 1;       ///< factor applied
};

/// Multiplies a grey picture by target / max(percentile, least), clips to 0..255 and drops fractions. The
/// percentile lies between the two nearest pixels in proportion. `grey`: u8 [H, W]. Throws TypeError or
/// ShapeError on another picture, ArgumentError on an option out of range.
NormalizedPicture normalize_brightness(const Tensor& grey, const BrightnessOptions& options = {});

/// From a film to the detector's input: the defaults are what the shipped detector was trained with.
struct DetectorInputOptions {
  /// Of the film's true width to its height, where the picture's is not (stretched pictures). By default the
  /// picture's own.
  std::optional<double> aspect = std::nullopt;
  std::int64_t working_height = 800; ///< pixels, at which the breast is sought; the width follows the aspect
  BreastOptions breast = {};
  BrightnessOptions brightness = {};
  CanvasOptions canvas = {};
  double mean = 114; ///< grey levels, subtracted from the canvas
};

/// The part of a film that a detector looks at, before it is fitted to the canvas: what training keeps of
/// each film, to fit it another way every time.
struct BreastCrop {
  Tensor picture;            ///< u8 [h, w] at the working size
  AffineTransform to_crop;   ///< from the original picture, between pixel edges as Box counts them
  Box breast;                ///< the crop, in pixels of the original picture
  bool breast_found = false; ///< false: nothing large enough was seen and the whole film was taken
  double aspect = 0;         ///< used
  double percentile = 0;     ///< grey level that became the brightness target, before `least`
  double gain = 1;           ///< of the brightness
};

/// Resizes a film to the working size, finds the breast and evens out its brightness. Throws as
/// detector_input does.
BreastCrop crop_breast(const Tensor& grey, const DetectorInputOptions& options = {});

struct DetectorInput {
  Tensor input;  ///< f32 [1, 1, canvas height, canvas width]: canvas - mean
  Tensor canvas; ///< u8 [canvas height, canvas width]: what the network sees
  AffineTransform
      to_input; ///< from the original picture to the canvas, between pixel edges as Box counts them
  Box breast;   ///< the part of the film that was fitted, in pixels of the original picture
  bool breast_found = false; ///< false: nothing large enough was seen and the whole film was taken
  double aspect = 0;         ///< used
  double percentile = 0;     ///< grey level that became the brightness target, before `least`
  double gain = 1;           ///< of the brightness
};

/// crop_breast, fitted to the network's canvas.
///
/// `grey`: u8 [H, W] at the original resolution, air dark. Throws TypeError or ShapeError on another picture;
/// ArgumentError on an aspect outside 0.05 to 20 (a strip that is no film) or another option out of range.
DetectorInput detector_input(const Tensor& grey, const DetectorInputOptions& options = {});

/// The same of a crop that there is already, for networks that see a film on several canvases.
DetectorInput detector_input(const BreastCrop& crop, const CanvasOptions& canvas, double mean);

} // namespace mammo::image
