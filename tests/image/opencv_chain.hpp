#pragma once

#include "mammo/image/thesis_chain.hpp"

#include <opencv2/core.hpp>

// The thesis' chain as its listings say it, in OpenCV, with our choices where they are silent.

namespace mammo::test {

struct OpencvChain {
  cv::Mat equalised; ///< u16, flipped and cropped
  int first_row = 0; ///< of the film, where `equalised` begins
  bool flipped = false;
  cv::Mat mask_on_film; ///< u8 [H, W] of the film, 1 in the breast
};

OpencvChain opencv_chain(const Tensor& film, int bits);

/// The chain's mask laid back on a film of this size.
cv::Mat mask_on_film(const image::ThesisChain& chain, std::int64_t height, std::int64_t width);

double iou(const cv::Mat& a, const cv::Mat& b);

/// GaussianBlur, in floats or, as OpenCV does it for 8-bit pictures, with weights in 256ths; u8.
cv::Mat opencv_blur(const Tensor& grey, int size, bool in_floats);

int largest_difference(const Tensor& grey, const cv::Mat& expected);

/// 1 where the mask is not 0.
Tensor ones_where(const Tensor& mask);

} // namespace mammo::test
