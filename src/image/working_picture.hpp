#pragma once

#include "image/levels_picture.hpp"
#include "mammo/image/resize.hpp"

#include <algorithm>
#include <cmath>
#include <cstdint>

#include <opencv2/core.hpp>

namespace mammo::image {

/// Rows that a breast and its muscle are searched on, at most.
inline constexpr std::int64_t working_rows = 480;

/// A picture of `bits` bits reduced to `working_rows` rows, in 8 bits of its whole depth.
inline cv::Mat working_picture(const Tensor& picture, int bits) {
  const std::int64_t height = std::min(picture.size(0), working_rows);
  const double scale = static_cast<double>(height) / static_cast<double>(picture.size(0));
  const std::int64_t width =
      std::max<std::int64_t>(1, std::llround(scale * static_cast<double>(picture.size(1))));
  const Tensor small = height == picture.size(0)
                           ? picture
                           : resize(picture, height, width, {.filter = ResizeFilter::box}).picture;
  cv::Mat grey(static_cast<int>(height), static_cast<int>(width), CV_8U);
  const double to_grey = 255.0 / ((1 << bits) - 1);
  with_pixels(small, [&](const auto* pixels) {
    std::transform(pixels, pixels + small.numel(), grey.data, [&](auto value) {
      return static_cast<std::uint8_t>(std::min(255L, std::lround(value * to_grey)));
    });
  });
  return grey;
}

/// A mask of 0 and 255, its outline smoothed, as 0 and 1 in a picture of height x width pixels.
Tensor enlarged_mask(const cv::Mat& mask, std::int64_t height, std::int64_t width);

} // namespace mammo::image
