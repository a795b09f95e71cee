#pragma once

#include "mammo/core/tensor.hpp"

namespace mammo::image {

/// Blurs a grey picture with a Gaussian of standard deviation `sigma` pixels, cut at 3 sigma, picture
/// mirrored at its edges (the edge pixel itself is not repeated). The kernel's weights are fractions of 2^8
/// that sum to one, rounded with the error carried inwards, which is the kernel OpenCV's GaussianBlur takes
/// for 8-bit pictures: both give the same bits.
///
/// `grey`: u8 [H, W]. Returns u8 [H, W]. Throws TypeError or ShapeError on another picture, ArgumentError
/// unless 0.3 <= sigma <= 40.
Tensor gaussian_blur(const Tensor& grey, double sigma);

} // namespace mammo::image
