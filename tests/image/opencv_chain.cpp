#include "tests/image/opencv_chain.hpp"

#include "mammo/image/orientation.hpp"
#include "mammo/image/point_operations.hpp"
#include "mammo/image/vertical_crop.hpp"
#include "tests/image/opencv_matrix.hpp"

#include <algorithm>
#include <cstdlib>
#include <vector>

#include <opencv2/imgproc.hpp>

namespace mammo::test {
OpencvChain opencv_chain(const Tensor& film, int bits) {
  OpencvChain result;
  cv::Mat full;
  matrix_of(film).convertTo(full, CV_16U, 65535.0 / ((1 << bits) - 1));
  const int center = full.cols / 2;
  if (cv::sum(full.colRange(0, center))[0] < cv::sum(full.colRange(center, full.cols))[0]) {
    cv::flip(full, full, 1);
    result.flipped = true;
  }
  const image::RowRange rows = image::rows_with_breast(image::half_sums(film));
  result.first_row = static_cast<int>(rows.first);
  cv::createCLAHE(100, cv::Size(5, 5))
      ->apply(full.rowRange(static_cast<int>(rows.first), static_cast<int>(rows.last)).clone(),
              result.equalised);
  result.equalised.setTo(0, result.equalised <= 101);

  cv::Mat grey(result.equalised.size(), CV_8U);
  std::transform(result.equalised.begin<std::uint16_t>(), result.equalised.end<std::uint16_t>(),
                 grey.begin<std::uint8_t>(),
                 [](std::uint16_t value) { return static_cast<std::uint8_t>(std::min(value / 255, 255)); });
  cv::Mat thresholded;
  cv::GaussianBlur(grey, thresholded, cv::Size(151, 151), 0);
  cv::threshold(thresholded, thresholded, image::ThesisChainOptions().lower_limit, 255, cv::THRESH_BINARY);
  std::vector<std::vector<cv::Point>> contours;
  cv::findContours(thresholded, contours, cv::RETR_EXTERNAL, cv::CHAIN_APPROX_NONE);
  const auto longest = std::ranges::max_element(
      contours, {}, [](const auto& contour) { return cv::arcLength(contour, true); });
  const std::vector<std::vector<cv::Point>> largest{*longest};
  cv::Mat mask = cv::Mat::zeros(grey.size(), CV_8U);
  cv::drawContours(mask, largest, -1, 1, 10);
  cv::fillPoly(mask, largest, 1);
  if (result.flipped) cv::flip(mask, mask, 1);
  result.mask_on_film = cv::Mat::zeros(full.size(), CV_8U);
  mask.copyTo(result.mask_on_film.rowRange(result.first_row, result.first_row + mask.rows));
  return result;
}

cv::Mat mask_on_film(const image::ThesisChain& chain, std::int64_t height, std::int64_t width) {
  cv::Mat mask;
  if (chain.flipped)
    cv::flip(matrix_of(chain.mask), mask, 1);
  else
    mask = matrix_of(chain.mask);
  cv::Mat result = cv::Mat::zeros(static_cast<int>(height), static_cast<int>(width), CV_8U);
  mask.copyTo(
      result(cv::Rect(static_cast<int>(chain.crop.x), static_cast<int>(chain.crop.y), mask.cols, mask.rows)));
  return result;
}

double iou(const cv::Mat& a, const cv::Mat& b) {
  return static_cast<double>(cv::countNonZero(a & b)) / cv::countNonZero(a | b);
}

cv::Mat opencv_blur(const Tensor& grey, int size, bool in_floats) {
  cv::Mat source = matrix_of(grey);
  if (in_floats) source.convertTo(source, CV_32F);
  cv::Mat blurred;
  cv::GaussianBlur(source, blurred, cv::Size(size, size), 0);
  blurred.convertTo(blurred, CV_8U);
  return blurred;
}

int largest_difference(const Tensor& grey, const cv::Mat& expected) {
  cv::Mat difference;
  cv::absdiff(matrix_of(grey), expected, difference);
  double largest = 0;
  cv::minMaxLoc(difference, nullptr, &largest);
  return static_cast<int>(largest);
}

Tensor ones_where(const Tensor& mask) {
  Tensor result = image::threshold(mask, 0);
  for (std::uint8_t& value : result.mutable_data<std::uint8_t>()) value = value != 0 ? 1 : 0;
  return result;
}

} // namespace mammo::test
