#include "image/working_picture.hpp"

#include <opencv2/imgproc.hpp>

namespace mammo::image {

Tensor enlarged_mask(const cv::Mat& mask, std::int64_t height, std::int64_t width) {
  constexpr double sigma = 1.5; // working pixels
  cv::Mat smooth;
  cv::GaussianBlur(mask, smooth, cv::Size(), sigma, sigma, cv::BORDER_REPLICATE);
  Tensor small = Tensor::empty({mask.rows, mask.cols}, {.dtype = DType::u8});
  std::copy(smooth.begin<std::uint8_t>(), smooth.end<std::uint8_t>(),
            small.mutable_data<std::uint8_t>().begin());
  Tensor full = small;
  if (mask.rows != height || mask.cols != width) full = resize(small, height, width).picture;
  for (std::uint8_t& value : full.mutable_data<std::uint8_t>()) value = value > 127 ? 1 : 0;
  return full;
}

} // namespace mammo::image
