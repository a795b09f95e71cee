#pragma once

#include "mammo/core/tensor.hpp"

namespace mammo::image {

/// The picture with every value up to `level` at 0. `picture`: u8 or u16 [H, W]. Throws TypeError or
/// ShapeError on another picture, ArgumentError unless 0 <= level <= 65535.
Tensor zero_up_to(const Tensor& picture, int level);

/// What becomes of the quotients 256 and 257, which values from 65,280 on have.
enum class Overflow {
  saturate, ///< 255
  wrap,     ///< 0 and 1, as a conversion that drops the upper bits makes of them
};

/// The picture divided by 255, fractions dropped. `picture`: u16 [H, W]. Returns u8. Throws TypeError or
/// ShapeError on another picture.
Tensor to_8_bit(const Tensor& picture, Overflow overflow = Overflow::saturate);

/// 255 where the picture is brighter than `level`, 0 elsewhere. `grey`: u8 [H, W]. Throws TypeError or
/// ShapeError on another picture, ArgumentError unless 0 <= level <= 255.
Tensor threshold(const Tensor& grey, int level);

/// The picture where `mask` is not 0, and 0 elsewhere. `picture`: u8 or u16 [H, W]; `mask`: u8 [H, W]. Throws
/// TypeError or ShapeError on others.
Tensor keep_inside(const Tensor& picture, const Tensor& mask);

} // namespace mammo::image
