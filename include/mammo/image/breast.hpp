#pragma once

#include "mammo/core/geometry.hpp"
#include "mammo/core/tensor.hpp"

#include <cstdint>

namespace mammo::image {

/// How the breast is told from the background. Lengths are pixels of the picture searched; the defaults are
/// meant for a film 800 pixels high.
struct BreastOptions {
  double blur_sigma = 5;
  double otsu_fraction = 0.35;     ///< of Otsu's threshold: what is brighter belongs to the breast
  double least_threshold = 12;     ///< grey levels
  std::int64_t frame_columns = 14; ///< at the left and right edge that are never breast: markers, bright rims
  std::int64_t frame_rows = 28;    ///< the same at the top and bottom
  std::int64_t opening = 9;        ///< side of the square that a part must hold to count
  double least_area = 0.05;        ///< fraction of the picture below which nothing was found
  std::int64_t margin_columns = 8; ///< by which the box is wider than the breast, at each side
  std::int64_t margin_rows = 10;   ///< the same above and below
  std::int64_t touching = 2;       ///< from the frame, within which the breast counts as reaching it
  std::int64_t touching_rows = 24; ///< margin above or below where the breast reaches the frame
};

struct BreastRegion {
  Box box;                ///< in pixels of the picture searched; whole pixels, inside the picture
  Tensor mask;            ///< u8 [H, W], 1 in the breast; all 1 where it was not found
  bool found = false;     ///< false: nothing large enough was seen and the box is the whole picture
  int otsu_threshold = 0; ///< of the blurred picture
};

/// Otsu's threshold of a grey picture: the level t that separates levels <= t from the rest with the largest
/// variance between the two classes (Otsu 1979, IEEE Trans. SMC 9(1), eq. 18); the smallest such t, and 0 for
/// a picture of one level. `grey`: u8 [H, W].
int otsu_threshold(const Tensor& grey);

/// Finds the breast on a film: blurred, thresholded, frame cleared, opened, largest 8-connected part, its box
/// widened; where the part reaches the cleared frame, out to the picture's edge at the left and right, and by
/// `touching_rows` at the top and bottom.
///
/// `grey`: u8 [H, W], air dark. Throws TypeError or ShapeError on another picture, ArgumentError on an option
/// out of range.
BreastRegion find_breast(const Tensor& grey, const BreastOptions& options = {});

} // namespace mammo::image
