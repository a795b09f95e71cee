#pragma once

#include "mammo/core/geometry.hpp"
#include "mammo/image/clahe.hpp"
#include "mammo/image/point_operations.hpp"

#include <cstdint>

namespace mammo::image {

/// The thesis' preprocessing (seed 003, section 6.2 and listings 7.2 to 7.4). The text gives the clip
/// limit, the tiles, the division by 255, the Gaussian's size, the contour's thickness; what it leaves open
/// is marked as ours.
struct ThesisChainOptions {
  double row_fraction = 0.02; ///< of the vertical crop, ours: see rows_with_breast()
  ClaheOptions clahe{.clip_limit = 100, .tiles_down = 5, .tiles_across = 5};
  int zero_up_to = 101;                   ///< the clip limit and one more, of 65,535
  Overflow overflow = Overflow::saturate; ///< ours; the listing's own conversion wraps
  std::int64_t blur_size = 151;           ///< pixels
  int lower_limit = 40;                   ///< grey levels of the blurred picture; ours
  int contour_thickness = 10;             ///< pixels
};

struct ThesisChain {
  Tensor picture; ///< u16 [h, w]: after CLAHE, of the whole 16-bit range, 0 outside of the mask
  Tensor mask;    ///< u8 [h, w]: 1 in the breast
  /// From `picture` to the film, between pixel edges as Box counts them.
  AffineTransform to_film;
  bool flipped = false;
  Box crop; ///< the part of the film that was kept, in the film's pixels
};

/// Flip by half sums, vertical crop, CLAHE on the full 16-bit range, dark values to 0, 8 bits, Gaussian,
/// threshold, the part of largest perimeter filled and widened, horizontal crop to it. The same as the steps
/// of preprocessing_steps.hpp one after the other, in far less time and memory: CLAHE is done on the film's
/// own values, the blur on blocks' sums as they come, and the result only where it is kept. The same to the
/// bit, but that the flip and the vertical crop add up the film's own values, of which the full range's are
/// the multiples, rounded.
///
/// `picture`: u8 or u16 [H, W] of `bits` bits, air dark (levels_of()). Throws TypeError or ShapeError on
/// another picture; ArgumentError on an option out of range or a value that does not fit into `bits`; Error
/// where no pixel of the blurred picture is over the limit: nothing is there to be kept.
ThesisChain thesis_chain(const Tensor& picture, int bits, const ThesisChainOptions& options = {});

} // namespace mammo::image
