#pragma once

#include "mammo/core/tensor.hpp"

#include <cstdint>

namespace mammo::image {

enum class LbpMethod : std::uint8_t {
  plain,              ///< the bits as they are: 2^points codes
  rotation_invariant, ///< the least code over all turns
  uniform, ///< the count of ones where there are at most two steps around the circle, else points + 1
};

struct LbpOptions {
  int points = 8;    ///< on the circle, 1 to 24
  double radius = 1; ///< pixels, above 0
  LbpMethod method = LbpMethod::plain;
};

/// Local binary pattern (Ojala et al., "Multiresolution gray-scale and rotation invariant texture
/// classification with local binary patterns", IEEE Trans. PAMI 24(7), 2002): bit k is 1 where the picture at
/// point k of a circle around the pixel, counter-clockwise from the right, is at least as bright as the
/// pixel. Points between pixels are bilinear, and 0 outside of the picture.
///
/// `picture`: u8 or u16 [H, W]. Returns i32 [H, W]. Throws ShapeError or TypeError on another picture,
/// ArgumentError on an option out of range.
Tensor local_binary_pattern(const Tensor& picture, const LbpOptions& options = {});

} // namespace mammo::image
