#pragma once

#include "mammo/core/geometry.hpp"
#include "mammo/core/tensor.hpp"
#include "mammo/image/film.hpp"

#include <cstdint>
#include <string>

namespace mammo::image {

enum class ResizeFilter : std::uint8_t {
  box,      ///< the mean of the area covered
  bilinear, ///< a triangle, one pixel to each side
  lanczos,  ///< Lanczos' windowed sinc, three pixels to each side; may reach beyond the old values
};

struct ResizeOptions {
  ResizeFilter filter = ResizeFilter::bilinear;
  /// Where the picture gets smaller, the filter is as much wider, so that fine detail is averaged.
  bool antialias = true;
};

/// A picture of another size, and where its points went.
struct Resized {
  Tensor picture;
  AffineTransform to_new;  ///< from the old picture to the new, between pixel edges
  double mm_per_pixel = 0; ///< of the new picture; 0 where it is not known
  std::string warning;     ///< what was guessed; empty where nothing was
};

/// Resizes a picture, one axis after the other. New pixel i's centre lies at (i + 1/2) old / new; weights are
/// the filter's at the old pixels' centres, normalised, so nothing beyond the edge counts: Pillow's and
/// PyTorch's (antialias=True) convention.
///
/// `picture`: u8, u16 or f32 [H, W]; the result has its dtype, integers rounded to nearest and clipped.
/// Throws ShapeError or TypeError on another picture, ArgumentError on a new side outside 1 to 65536.
Resized resize(const Tensor& picture, std::int64_t height, std::int64_t width,
               const ResizeOptions& options = {});

/// Resizes to `mm_per_pixel` along both axes, by the film's pixel spacing. Where a film gives none,
/// `guessed_mm` is taken for its spacing, and the result's `warning` and the log say so; where the spacing is
/// the detector's (ImagerPixelSpacing), the warning says that the breast is magnified by an unknown factor.
///
/// `picture`: pixels of `film`, [H, W] of its size. Throws as resize() does, and ArgumentError on spacings
/// that are not positive.
Resized resample_to_spacing(const Tensor& picture, const FilmMetadata& metadata, double mm_per_pixel,
                            double guessed_mm, const ResizeOptions& options = {});

} // namespace mammo::image
