#pragma once

#include "mammo/core/tensor.hpp"

namespace mammo::image {

struct PectoralMuscle {
  Tensor mask; ///< u8 [H, W], 1 in the muscle; all 0 where none was found
  bool found = false;
  double contrast = 0; ///< mean fall of the levels over its edge, of 255
};

/// Finds the pectoral muscle on a mediolateral oblique (MLO) view: of the straight lines that cut off the
/// upper corner at the chest wall the one over which levels fall most, then the path near that line that
/// follows the edge best (dynamic programming). On a CC view it may take dense tissue for muscle: the caller
/// knows the view.
///
/// `picture`: u8 or u16 [H, W] of `bits` bits, air dark, its top up; `breast`: u8 [H, W], not 0 in the
/// breast. Throws TypeError or ShapeError on others, ArgumentError on other bits.
PectoralMuscle find_pectoral_muscle(const Tensor& picture, int bits, const Tensor& breast);

} // namespace mammo::image
