#pragma once

#include "mammo/image/film.hpp"

#include <vector>

namespace mammo::image {

/// A film's values, air dark, in `bits` bits from 0.
struct Levels {
  Tensor picture; ///< u8 or u16 [H, W]
  int bits = 8;   ///< 1 to 16; at most 8 where the picture is u8
};

/// A film's stored values without its VOI transform: the whole range that the detector or the scanner gave.
/// Signed values count from the lowest; MONOCHROME1, an INVERSE presentation and a falling rescale are turned
/// so that air is dark; padding becomes 0. Where none of this is needed the film's pixels are shared. Throws
/// ArgumentError on a film of other than 1 to 16 bits, TypeError on one of other than u8, u16 or i32.
Levels levels_of(const Film& film);

/// What each value of `bits` bits becomes in 16: value * 65535 / (2^bits - 1), rounded to nearest, so that
/// 8-bit values are multiplied by 257 and 12-bit ones by 65535/4095. Throws ArgumentError unless 1 <= bits
/// <= 16.
std::vector<std::uint16_t> full_range_table(int bits);

/// The picture stretched to all of 16 bits. `picture`: u8 or u16 [H, W]. Returns u16 [H, W]. Throws TypeError
/// or ShapeError on another picture, ArgumentError where a value does not fit into `bits`.
Tensor to_full_range(const Tensor& picture, int bits);

} // namespace mammo::image
