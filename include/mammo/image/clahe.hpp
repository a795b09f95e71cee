#pragma once

#include "mammo/core/tensor.hpp"

#include <cstdint>

namespace mammo::image {

struct ClaheOptions {
  double clip_limit = 40;        ///< of a bin's pixels over their mean number; 0 clips nothing
  std::int64_t tiles_down = 8;   ///< 1 to 256
  std::int64_t tiles_across = 8; ///< 1 to 256
};

/// Contrast limited adaptive histogram equalisation (Zuiderveld 1994, Graphics Gems IV, VIII.5), as OpenCV's
/// createCLAHE does it: 256 bins for 8-bit pictures and 65,536 for 16-bit ones; a picture that the tiles do
/// not divide is extended below and at the right by its mirror image; what is over the limit is spread evenly
/// over all bins, the rest of the division one by one in equal steps from bin 0; each pixel takes the mean of
/// the four nearest tiles' curves, weighted by distance. Within one grey level of 8 bits, 1e-4 of the range
/// of 16, of OpenCV 4.6.
///
/// `picture`: u8 or u16 [H, W]. Returns the same. Throws TypeError or ShapeError on another picture,
/// ArgumentError on an option out of range, or where a tile would be larger than 2^31 - 1 pixels.
Tensor clahe(const Tensor& picture, const ClaheOptions& options = {});

} // namespace mammo::image
