#pragma once

#include <string>
#include <string_view>
#include <vector>

#include <opencv2/core.hpp>

namespace mammo::image {

/// Text of one size, drawn with OpenCV's stroke font.
class Lettering {
 public:
  /// Capitals of about that many pixels height.
  explicit Lettering(double cap_height);

  int line_height() const { return line_height_; }
  int width(const std::string& text) const;
  /// `left`, `top`: of the line of text. What reaches out of the picture is cut off.
  void draw(cv::Mat& rgb, const std::string& text, int left, int top, const cv::Scalar& color) const;
  /// Lines that are at most `width` pixels wide, broken between words; a longer word stays whole.
  std::vector<std::string> wrapped(const std::string& text, int width) const;

 private:
  double scale_;
  int thickness_;
  int cap_height_;
  int line_height_;
};

/// Bytes outside of printable ASCII replaced by '?', one for each UTF-8 character.
std::string printable(std::string_view text);

} // namespace mammo::image
