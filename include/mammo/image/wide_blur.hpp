#pragma once

#include "mammo/core/tensor.hpp"

#include <cstdint>

namespace mammo::image {

/// The standard deviation that OpenCV gives a Gaussian of `size` pixels: 0.3 ((size - 1) / 2 - 1) + 0.8.
double gaussian_sigma(std::int64_t size);

/// Blurs a grey picture with a wide Gaussian of `size` x `size` pixels, picture mirrored at its edges (the
/// edge pixel itself is not repeated). Computed on the means of 4 x 4 pixels, whose own width and that of the
/// interpolation back are taken off the Gaussian's: within one grey level of the convolution, and within two
/// of what OpenCV's GaussianBlur makes of 8-bit pictures, whose weights are rounded to 256ths.
/// gaussian_blur() is for narrower ones.
///
/// `grey`: u8 [H, W]. Returns u8 [H, W]. Throws TypeError or ShapeError on another picture, ArgumentError
/// unless `size` is odd and 101 to 1023.
Tensor wide_gaussian_blur(const Tensor& grey, std::int64_t size);

} // namespace mammo::image
