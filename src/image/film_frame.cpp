#include "image/film_frame.hpp"

#include <algorithm>
#include <cstdint>
#include <vector>

namespace mammo::image {
namespace {

constexpr int white = 140;     // levels that a frame has at least
constexpr int step = 40;       // by which the picture falls at its edge
constexpr int reach = 3;       // lines over which it falls
constexpr int askew = 5;       // lines by which the edge may move along the side
constexpr double share = 0.35; // of the side along which the edge is seen

// Of the side at row 0 of `grey`.
int frame_rows(const cv::Mat& grey, double widest) {
  const int rows = std::min(static_cast<int>(widest * grey.rows), grey.rows - reach - 1);
  if (rows <= 0) return 0;
  // For each column the lines at which a frame may end, counted in windows of `askew` lines, once a column.
  std::vector<int> votes(static_cast<std::size_t>(rows) + askew, 0);
  for (int x = 0; x < grey.cols; ++x) {
    int counted_to = 0; // windows that begin before this line have this column's vote
    for (int y = 0; y < rows; ++y) {
      const int edge = grey.at<std::uint8_t>(y, x);
      if (edge < white || edge - grey.at<std::uint8_t>(y + reach, x) < step) continue;
      for (int window = std::max(counted_to, y); window < y + askew; ++window) {
        ++votes[static_cast<std::size_t>(window)];
      }
      counted_to = y + askew;
    }
  }
  for (int window = rows + askew - 1; window >= 0; --window) {
    if (votes[static_cast<std::size_t>(window)] >= share * grey.cols) {
      return std::min(window + reach + 1, grey.rows);
    }
  }
  return 0;
}

} // namespace

FrameMargins bright_frame(const cv::Mat& grey, double widest) {
  FrameMargins margins;
  cv::Mat turned;
  margins.top = frame_rows(grey, widest);
  cv::flip(grey, turned, 0);
  margins.bottom = frame_rows(turned, widest);
  cv::transpose(grey, turned);
  margins.left = frame_rows(turned, widest);
  cv::flip(turned, turned, 0);
  margins.right = frame_rows(turned, widest);
  return margins;
}

} // namespace mammo::image
