#pragma once

#include "mammo/core/tensor.hpp"

#include <cstdint>
#include <vector>

namespace mammo::image {

/// What each row of a picture adds up to, left and right of column W / 2 (rounded down, the first column of
/// the right half).
struct HalfSums {
  std::vector<std::uint64_t> left;  ///< a row each
  std::vector<std::uint64_t> right; ///< a row each
  std::uint16_t bits_used = 0;      ///< every bit that some pixel has set

  std::uint64_t left_total() const;
  std::uint64_t right_total() const;
};

/// `picture`: u8 or u16 [H, W]. Throws TypeError or ShapeError on another picture.
HalfSums half_sums(const Tensor& picture);

/// Whether the right half is the brighter one, so that the picture has to be flipped for the breast to lie at
/// the left (a picture as bright at both sides stays).
bool breast_is_right(const HalfSums& sums);

/// The picture seen in a mirror. `picture`: u8 or u16 [H, W]. Throws TypeError or ShapeError on another.
Tensor flip_horizontally(const Tensor& picture);

} // namespace mammo::image
