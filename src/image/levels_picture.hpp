#pragma once

#include "mammo/core/tensor.hpp"

#include <cstdint>

namespace mammo::image {

/// The picture, dense. Throws TypeError unless u8 or u16, ShapeError unless [H, W] with at least one pixel.
inline Tensor dense_levels(const Tensor& picture, const char* what) {
  require<ShapeError>(picture.defined(), what, ": an undefined tensor, expected a picture [H, W]");
  require<ShapeError>(picture.rank() == 2 && picture.numel() > 0, what, ": a picture of shape ",
                      picture.shape(), ", expected [H, W] with at least one pixel");
  require<TypeError>(picture.dtype() == DType::u8 || picture.dtype() == DType::u16, what, ": a picture of ",
                     picture.dtype(), ", expected u8 or u16");
  return picture.contiguous();
}

/// Calls `body` with a u8 or u16 picture's pixels.
template <class Body>
auto with_pixels(const Tensor& picture, const Body& body) {
  return picture.dtype() == DType::u8 ? body(picture.data<std::uint8_t>().data())
                                      : body(picture.data<std::uint16_t>().data());
}

} // namespace mammo::image
