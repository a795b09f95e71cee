#pragma once

#include <opencv2/core.hpp>

namespace mammo::image {

/// Pixels to be cut off each side of a picture.
struct FrameMargins {
  int left = 0;
  int top = 0;
  int right = 0;
  int bottom = 0;
};

/// How wide the bright frame is that scanners leave at a film's sides; 0 where there is none. A frame ends in
/// a straight edge, or one a little askew: along much of the side the picture falls from nearly white by a
/// step. `grey`: 8UC1; `widest`: fraction of the side to search.
FrameMargins bright_frame(const cv::Mat& grey, double widest);

} // namespace mammo::image
