#pragma once

#include "mammo/core/tensor.hpp"

#include <optional>
#include <span>

namespace mammo::eval {

// Outlines as masks: u8 [H, W], foreground where not 0, both of a pair of one size. All throw TypeError or
// ShapeError on another tensor.

/// Pixels of a truth and a prediction, to be added up over several lesions.
struct Overlap {
  double both = 0;
  double truth_only = 0;
  double found_only = 0;
  double neither = 0;

  Overlap& operator+=(const Overlap& other);
};
Overlap overlap(const Tensor& truth, const Tensor& found);

// Of one lesion, or pooled: of the sum of several lesions' pixels, where large lesions count more. Where
// neither mask has a pixel of the kind, the two agree: 1.

double foreground_iou(const Overlap& pixels);
/// 2 both / (truth + found) (Dice, Ecology 1945).
double dice(const Overlap& pixels);
/// The mean of the IoUs of foreground and background: higher than the foreground's, the more so the smaller
/// the lesion in its picture.
double two_class_miou(const Overlap& pixels);

/// How far the masks' edges are apart, in pixels. Edge pixels are foreground pixels with a neighbour above,
/// below or beside them that is none; the picture's outside counts as none.
struct EdgeDistance {
  double hausdorff = 0;    ///< largest distance of an edge pixel of one mask to the nearest of the other
  double percentile95 = 0; ///< the same, of the 95th percentile of each side's distances
};
/// Nothing where a mask is empty. O(edge pixels squared).
std::optional<EdgeDistance> edge_distance(const Tensor& truth, const Tensor& found);

/// AUC of pixels: the probability that a pixel of the truth has a higher value in `map`, f32 [H, W], than one
/// outside of it. Throws ArgumentError where the truth is empty or all, or a value is NaN.
double pixel_auc(const Tensor& truth, const Tensor& map);

} // namespace mammo::eval
