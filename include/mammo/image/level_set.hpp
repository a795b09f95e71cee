#pragma once

#include "mammo/core/geometry.hpp"
#include "mammo/core/tensor.hpp"

#include <vector>

namespace mammo::image {

struct LevelSetOptions {
  double smoothness = 0.045; ///< standard deviation of the curve's smoothing, fraction of the box's side
  double prior = 0.8;        ///< weight of the ellipse, against 1 of the grey values
  double step = 0.5;         ///< how much one iteration's force counts against the smoothed curve
  int iterations = 40;       ///< at most; the curve mostly stands still before
  double background = 20;    ///< grey value below which a pixel is air and says nothing of tissue
  double frame = 254;        ///< grey value from which a pixel is the film's bright frame
  bool confined = false;     ///< to the box: where the box is known to hold the whole mass
  /// Where the curve comes to lie between the mean inside (1/2) and that outside (-1/2). Each is tried; what
  /// is kept is the outline whose extent fits the box best.
  std::vector<double> levels{-0.3, -0.2, -0.1, 0, 0.1, 0.2, 0.3};
};

/// The outline of a mass from its box and the picture, as a mask u8 [H, W].
///
/// A region-based active contour without edges (Chan and Vese, IEEE Trans. Image Processing 10(2), 2001,
/// equation 9): the curve parts the picture around the box into two regions of about even grey, a tilted
/// plane taken off before, and is kept smooth. It moves by threshold dynamics (Esedoglu and Tsai, J. Comput.
/// Phys. 211, 2006): the region's indicator is blurred, the force added, and what is above 1/2 is the next
/// region. It begins as the ellipse inscribed in the box, which also pulls on it a little: where the grey
/// values say nothing, the ellipse remains. Of several parts the one that shares most with the ellipse stays,
/// its holes filled.
///
/// `grey`: u8 [H, W]; `box` in its pixels, may reach beyond it. Works on a grid of 96 x 96 pixels of twice
/// the box, whatever the picture's size. Throws TypeError or ShapeError on another picture, ArgumentError on
/// a box without area or options out of range.
Tensor level_set_outline(const Tensor& grey, const Box& box, const LevelSetOptions& options = {});

} // namespace mammo::image
