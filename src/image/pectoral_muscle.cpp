#include "mammo/image/pectoral_muscle.hpp"

#include "image/grey.hpp"
#include "image/working_picture.hpp"
#include "mammo/image/breast_mask.hpp"
#include "mammo/image/point_operations.hpp"

#include <limits>
#include <vector>

#include <opencv2/imgproc.hpp>

namespace mammo::image {
namespace {

constexpr int least_side = 16;       // working pixels, below which nothing is searched
constexpr int half_step = 3;         // working pixels to each side of an edge over which a fall is measured
constexpr int band = 16;             // by which the edge may leave the straight line
constexpr double greatest_fall = 70; // levels: what is more says no more
constexpr double least_fall = 4;     // mean along the edge, below which there is no muscle

// A line that cuts off the upper left corner: through (across, top) and (left, down).
struct CornerLine {
  double across = 0;
  double down = 0;
  double score = -1;
  double fall = 0;
};

struct Normal {
  double x = 0;
  double y = 0;
};

Normal normal_of(double across, double down) {
  const double length = std::hypot(across, down);
  return {down / length, across / length};
}

// How much levels fall at a point of an edge with this normal, which leads out of the muscle.
double fall_at(const cv::Mat& grey, double x, double y, Normal n) {
  const auto level = [&](double along) {
    const int column = std::clamp(static_cast<int>(std::lround(x + along * n.x)), 0, grey.cols - 1);
    const int row = std::clamp(static_cast<int>(std::lround(y + along * n.y)), 0, grey.rows - 1);
    return static_cast<double>(grey.at<std::uint8_t>(row, column));
  };
  return std::min(greatest_fall, level(-half_step) - level(half_step));
}

struct SearchArea {
  int left = 0;   // the breast's first column at the chest wall
  int top = 0;    // its first row
  int right = 0;  // its last column near the top
  int bottom = 0; // its last row
};

CornerLine best_line(const cv::Mat& grey, const SearchArea& area) {
  CornerLine best;
  const int height = area.bottom - area.top;
  for (int across = 12; across <= area.right - area.left; across += 3) {
    for (int down = height / 6; down <= height; down += 4) {
      // Muscles are steeper than 35 degrees.
      if (down < 0.7 * across) continue;
      const Normal n = normal_of(across, down);
      const int count = static_cast<int>(std::hypot(across, down) / 3);
      double sum = 0;
      for (int i = 1; i < count; ++i) {
        const double t = static_cast<double>(i) / count;
        sum += fall_at(grey, area.left + across * (1 - t), area.top + down * t, n);
      }
      const double fall = sum / std::max(1, count - 1);
      const double score = fall * std::sqrt(count);
      if (score > best.score) best = {static_cast<double>(across), static_cast<double>(down), score, fall};
    }
  }
  return best;
}

// The way along the line, one offset along its normal a point, over which levels fall most.
std::vector<int> best_offsets(const cv::Mat& falls) {
  constexpr double turn = 2; // levels that a step aside costs
  const int points = falls.rows;
  const int offsets = falls.cols;
  cv::Mat sums = falls.clone();
  cv::Mat from = cv::Mat::zeros(falls.size(), CV_32S);
  for (int i = 1; i < points; ++i) {
    for (int k = 0; k < offsets; ++k) {
      double best = -std::numeric_limits<double>::infinity();
      for (int step = -1; step <= 1; ++step) {
        const int before = k + step;
        if (before < 0 || before >= offsets) continue;
        const double sum = sums.at<double>(i - 1, before) - turn * std::abs(step);
        if (sum <= best) continue;
        best = sum;
        from.at<int>(i, k) = before;
      }
      sums.at<double>(i, k) += best;
    }
  }
  std::vector<int> path(static_cast<std::size_t>(points));
  const double* last = sums.ptr<double>(points - 1);
  int k = static_cast<int>(std::max_element(last, last + offsets) - last);
  for (int i = points - 1; i >= 0; --i) {
    path[static_cast<std::size_t>(i)] = k - band;
    k = from.at<int>(i, k);
  }
  return path;
}

// The muscle's outline, from beyond the top to beyond the chest wall and back around the corner.
std::vector<cv::Point> outline(const cv::Mat& grey, const SearchArea& area, const CornerLine& line) {
  const Normal n = normal_of(line.across, line.down);
  const int points = std::max(2, static_cast<int>(std::hypot(line.across, line.down) / 2));
  const auto place = [&](int i, double offset) {
    const double t = static_cast<double>(i) / (points - 1);
    return cv::Point2d(area.left + line.across * (1 - t) + offset * n.x,
                       area.top + line.down * t + offset * n.y);
  };
  cv::Mat falls(points, 2 * band + 1, CV_64F);
  for (int i = 0; i < points; ++i) {
    for (int offset = -band; offset <= band; ++offset) {
      const cv::Point2d p = place(i, offset);
      const double away = static_cast<double>(offset) / band;
      falls.at<double>(i, offset + band) = fall_at(grey, p.x, p.y, n) - 4 * away * away;
    }
  }
  const std::vector<int> offsets = best_offsets(falls);
  std::vector<cv::Point> corners;
  const cv::Point2d first = place(0, offsets.front());
  corners.emplace_back(static_cast<int>(first.x), 0);
  for (int i = 0; i < points; ++i) {
    const cv::Point2d p = place(i, offsets[static_cast<std::size_t>(i)]);
    corners.emplace_back(static_cast<int>(std::lround(p.x)), static_cast<int>(std::lround(p.y)));
  }
  // The line's own direction leads on to the picture's edge, where the film begins before it.
  const cv::Point end = corners.back();
  const double slope = line.down / line.across;
  corners.emplace_back(0, static_cast<int>(std::lround(end.y + slope * std::max(0, end.x))));
  corners.emplace_back(0, 0);
  return corners;
}

SearchArea area_of(const cv::Mat& mask) {
  const cv::Rect box = cv::boundingRect(mask);
  const int near_top = std::max(1, box.height / 12);
  const cv::Rect top = cv::boundingRect(mask(cv::Rect(box.x, box.y, box.width, near_top)));
  return {box.x, box.y, box.x + top.x + top.width, box.y + box.height};
}

} // namespace

PectoralMuscle find_pectoral_muscle(const Tensor& picture, int bits, const Tensor& breast) {
  const Tensor source = dense_levels(picture, "find_pectoral_muscle");
  const Tensor kept = dense_grey(breast, "find_pectoral_muscle: the breast");
  require<ArgumentError>(bits >= 1 && bits <= 16, "find_pectoral_muscle: ", bits, " bits, expected 1 to 16");
  require<ShapeError>(kept.shape() == source.shape(), "find_pectoral_muscle: a breast of shape ",
                      kept.shape(), " on a picture of ", source.shape());
  PectoralMuscle result;
  result.mask = Tensor::zeros(source.shape(), {.dtype = DType::u8});

  cv::Mat grey = working_picture(source, bits);
  cv::Mat inside = working_picture(threshold(kept, 0), 8) > 127;
  if (grey.cols < least_side || cv::countNonZero(inside) < least_side * least_side) return result;
  const bool mirrored = chest_side(kept) == Side::right;
  cv::GaussianBlur(grey, grey, cv::Size(), 2, 2, cv::BORDER_REPLICATE);
  if (mirrored) {
    cv::flip(grey, grey, 1);
    cv::flip(inside, inside, 1);
  }
  const SearchArea area = area_of(inside);
  const CornerLine line = best_line(grey, area);
  result.contrast = std::max(0.0, line.fall);
  if (line.fall < least_fall) return result;

  cv::Mat mask = cv::Mat::zeros(grey.size(), CV_8U);
  cv::fillPoly(mask, std::vector<std::vector<cv::Point>>{outline(grey, area, line)}, cv::Scalar(255));
  if (mirrored) cv::flip(mask, mask, 1);
  result.mask = keep_inside(enlarged_mask(mask, source.size(0), source.size(1)), kept);
  result.found = true;
  return result;
}

} // namespace mammo::image
