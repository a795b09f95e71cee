#include "image/lettering.hpp"

#include <algorithm>
#include <cmath>
#include <sstream>

#include <opencv2/imgproc.hpp>

namespace mammo::image {
namespace {

constexpr int font = cv::FONT_HERSHEY_DUPLEX;
constexpr double font_cap_height = 21; // pixels at scale 1

} // namespace

Lettering::Lettering(double cap_height)
    : scale_(cap_height / font_cap_height),
      thickness_(std::max(1, static_cast<int>(std::lround(cap_height / 16)))),
      cap_height_(static_cast<int>(std::ceil(cap_height))),
      line_height_(static_cast<int>(std::ceil(cap_height * 1.7))) {}

int Lettering::width(const std::string& text) const {
  int baseline = 0;
  return cv::getTextSize(text, font, scale_, thickness_, &baseline).width;
}

void Lettering::draw(cv::Mat& rgb, const std::string& text, int left, int top,
                     const cv::Scalar& color) const {
  const int baseline = top + (line_height_ + cap_height_) / 2;
  cv::putText(rgb, text, {left, baseline}, font, scale_, color, thickness_, cv::LINE_AA);
}

std::vector<std::string> Lettering::wrapped(const std::string& text, int limit) const {
  std::vector<std::string> lines;
  std::istringstream words(text);
  std::string line;
  for (std::string word; words >> word;) {
    const std::string longer = line.empty() ? word : line + " " + word;
    if (line.empty() || width(longer) <= limit) {
      line = longer;
      continue;
    }
    lines.push_back(line);
    line = word;
  }
  if (!line.empty()) lines.push_back(line);
  return lines;
}

std::string printable(std::string_view text) {
  std::string result;
  for (const char c : text) {
    const auto byte = static_cast<unsigned char>(c);
    if (byte >= 0x80 && byte < 0xc0) continue; // the rest of a character already replaced
    result += byte >= 0x20 && byte < 0x7f ? c : '?';
  }
  return result;
}

} // namespace mammo::image
