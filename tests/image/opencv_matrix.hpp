#pragma once

#include "mammo/core/tensor.hpp"

#include <opencv2/core.hpp>

namespace mammo::test {

/// A picture's pixels, u8, u16 or f32, as OpenCV sees them.
inline cv::Mat matrix_of(const Tensor& picture) {
  const auto view = [&](const void* pixels, int type) {
    return cv::Mat(static_cast<int>(picture.size(0)), static_cast<int>(picture.size(1)), type,
                   const_cast<void*>(pixels));
  };
  if (picture.dtype() == DType::u8) return view(picture.data<std::uint8_t>().data(), CV_8U);
  if (picture.dtype() == DType::u16) return view(picture.data<std::uint16_t>().data(), CV_16U);
  return view(picture.data<float>().data(), CV_32F);
}

} // namespace mammo::test
