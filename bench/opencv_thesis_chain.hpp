#pragma once

#include "mammo/core/tensor.hpp"
#include "mammo/image/thesis_chain.hpp"

#include <algorithm>
#include <vector>

#include <opencv2/imgproc.hpp>

namespace mammo::image {

// The chain written well in OpenCV: its own parallel and vectorised functions throughout, buffers kept from
// film to film, and the division by 255 as a conversion that rounds (v - 127) / 255.
class OpencvThesisChain {
 public:
  void run(const cv::Mat& film, int bits) {
    film.convertTo(full_, CV_16U, 65535.0 / ((1 << bits) - 1));
    cv::reduce(full_, row_sums_, 1, cv::REDUCE_SUM, CV_64F);
    const int center = full_.cols / 2;
    const double left = cv::sum(full_.colRange(0, center))[0];
    flipped = left < cv::sum(row_sums_)[0] - left;
    if (flipped) cv::flip(full_, full_, 1);
    rows = rows_of(row_sums_);
    clahe_->apply(full_.rowRange(rows.first, rows.last), equalised_);
    cv::threshold(equalised_, equalised_, 101, 0, cv::THRESH_TOZERO);
    equalised_.convertTo(grey_, CV_8U, 1.0 / 255, -127.0 / 255);
    cv::GaussianBlur(grey_, grey_, cv::Size(151, 151), 0);
    cv::threshold(grey_, grey_, ThesisChainOptions().lower_limit, 255, cv::THRESH_BINARY);
    cv::findContours(grey_, contours_, cv::RETR_EXTERNAL, cv::CHAIN_APPROX_NONE);
    const std::vector<std::vector<cv::Point>> longest{*std::ranges::max_element(
        contours_, {}, [](const auto& contour) { return cv::arcLength(contour, true); })};
    mask.create(grey_.size(), CV_8U);
    mask.setTo(0);
    cv::drawContours(mask, longest, -1, 255, 10);
    cv::fillPoly(mask, longest, 255);
    columns = cv::boundingRect(mask);
    const cv::Rect kept(columns.x, 0, columns.width, mask.rows);
    picture.create(kept.size(), CV_16U);
    picture.setTo(0);
    equalised_(kept).copyTo(picture, mask(kept));
  }

  cv::Mat mask;
  cv::Mat picture;
  cv::Rect columns;
  cv::Range row_range() const { return {rows.first, rows.last}; }
  bool flipped = false;
  struct Rows {
    int first = 0;
    int last = 0;
  } rows;

 private:
  static Rows rows_of(const cv::Mat& sums) {
    const auto* begin = sums.ptr<double>();
    const auto* end = begin + sums.rows;
    const auto [darkest, brightest] = std::minmax_element(begin, end);
    if (*darkest == *brightest) return {0, sums.rows};
    const double least = *darkest + 0.02 * (*brightest - *darkest);
    const auto shows = [=](double sum) { return sum > least; };
    const auto* first = std::find_if(begin, end, shows);
    const auto* last = end;
    while (!shows(last[-1])) --last;
    return {static_cast<int>(first - begin), static_cast<int>(last - begin)};
  }

  cv::Ptr<cv::CLAHE> clahe_ = cv::createCLAHE(100, cv::Size(5, 5));
  cv::Mat full_;
  cv::Mat row_sums_;
  cv::Mat equalised_;
  cv::Mat grey_;
  std::vector<std::vector<cv::Point>> contours_;
};

} // namespace mammo::image
