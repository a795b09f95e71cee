#pragma once

#include "mammo/core/tensor.hpp"

namespace mammo::image {

/// The picture, dense. Throws TypeError unless u8, ShapeError unless [H, W] with at least one pixel.
inline Tensor dense_grey(const Tensor& grey, const char* what) {
  require<ShapeError>(grey.defined(), what, ": an undefined tensor, expected a grey picture [H, W]");
  require<ShapeError>(grey.rank() == 2 && grey.numel() > 0, what, ": a picture of shape ", grey.shape(),
                      ", expected [H, W] with at least one pixel");
  require<TypeError>(grey.dtype() == DType::u8, what, ": a picture of ", grey.dtype(), ", expected u8");
  return grey.contiguous();
}

} // namespace mammo::image
