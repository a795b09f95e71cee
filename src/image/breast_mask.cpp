#include "mammo/image/breast_mask.hpp"

#include "image/film_frame.hpp"
#include "image/grey.hpp"
#include "image/working_picture.hpp"

#include <algorithm>
#include <cmath>
#include <vector>

#include <opencv2/imgproc.hpp>

namespace mammo::image {
namespace {

constexpr std::int64_t least_side = 16; // pixels below which there is nothing to be found
constexpr double blur_sigma = 1.2;      // working pixels
constexpr double gap_area = 0.015;      // of the picture: gaps at the chest wall up to this are filled

void check(const BreastMaskOptions& o, int bits) {
  require<ArgumentError>(bits >= 1 && bits <= 16, "find_breast_mask: ", bits, " bits, expected 1 to 16");
  for (const double level : {o.tissue_level, o.tissue_rise, o.skin_rise}) {
    require<ArgumentError>(level >= 0 && level <= 255, "find_breast_mask: a level of ", level,
                           ", expected 0 to 255");
  }
  for (const double fraction : {o.rim_share, o.widest_frame, o.thinnest_part, o.least_area}) {
    require<ArgumentError>(fraction >= 0 && fraction <= 0.5, "find_breast_mask: a fraction of ", fraction,
                           ", expected 0 to 0.5");
  }
}

struct Background {
  double level = 0;
  bool seen = false;
};

// The commonest of the darkest levels. A picture whose darkest levels are not much darker than most of it has
// no background.
Background background_of(const cv::Mat& grey) {
  std::vector<std::int64_t> count(256);
  for (int y = 0; y < grey.rows; ++y) {
    for (int x = 0; x < grey.cols; ++x) ++count[grey.at<std::uint8_t>(y, x)];
  }
  const auto level_at = [&](double fraction) {
    auto left = static_cast<std::int64_t>(fraction * static_cast<double>(grey.total()));
    int level = 0;
    while (level < 255 && left >= count[static_cast<std::size_t>(level)]) {
      left -= count[static_cast<std::size_t>(level++)];
    }
    return level;
  };
  constexpr int spread = 25; // levels over which a background's noise and scatter lie
  const int darkest = level_at(0.02);
  const auto first = count.begin() + darkest;
  const auto last = count.begin() + std::min(darkest + spread, 256);
  const auto level = static_cast<double>(std::max_element(first, last) - count.begin());
  const double bright = level_at(0.9);
  return {level, bright > level + 8 && level < 0.5 * bright};
}

// What a disc of this diameter fits into: beyond the picture's edge is no breast, so that a rim along the
// edge is as thin as it looks.
cv::Mat thick_parts(const cv::Mat& mask, int thickness) {
  const int radius = std::max(1, thickness / 2);
  const cv::Mat disc = cv::getStructuringElement(cv::MORPH_ELLIPSE, cv::Size(2 * radius + 1, 2 * radius + 1));
  cv::Mat opened;
  cv::erode(mask, opened, disc, cv::Point(-1, -1), 1, cv::BORDER_CONSTANT, cv::Scalar(0));
  cv::dilate(opened, opened, disc);
  return opened;
}

void keep_largest(cv::Mat& mask) {
  cv::Mat labels;
  cv::Mat stats;
  cv::Mat centroids;
  const int count = cv::connectedComponentsWithStats(mask, labels, stats, centroids, 4, CV_32S);
  int largest = 0;
  int area = 0;
  for (int label = 1; label < count; ++label) {
    if (stats.at<int>(label, cv::CC_STAT_AREA) <= area) continue;
    area = stats.at<int>(label, cv::CC_STAT_AREA);
    largest = label;
  }
  if (largest > 0) mask = labels == largest;
}

// Pixels of the leftmost and rightmost column inside `film`.
Side side_reached(const cv::Mat& mask, const cv::Rect& film) {
  const int left = cv::countNonZero(mask.col(film.x));
  const int right = cv::countNonZero(mask.col(film.x + film.width - 1));
  if (left != right) return left > right ? Side::left : Side::right;
  const int middle = mask.cols / 2;
  return cv::countNonZero(mask.colRange(0, middle)) >= cv::countNonZero(mask.colRange(middle, mask.cols))
             ? Side::left
             : Side::right;
}

// Fills what the mask encloses, and small gaps between it and the chest wall.
void fill_holes(cv::Mat& mask, const cv::Rect& film, Side chest) {
  const cv::Mat outside = mask == 0;
  cv::Mat labels;
  cv::Mat stats;
  cv::Mat centroids;
  const int count = cv::connectedComponentsWithStats(outside, labels, stats, centroids, 4, CV_32S);
  for (int label = 1; label < count; ++label) {
    const int left = stats.at<int>(label, cv::CC_STAT_LEFT);
    const int top = stats.at<int>(label, cv::CC_STAT_TOP);
    const int right = left + stats.at<int>(label, cv::CC_STAT_WIDTH);
    const int bottom = top + stats.at<int>(label, cv::CC_STAT_HEIGHT);
    const bool at_left = left <= film.x;
    const bool at_right = right >= film.x + film.width;
    const bool at_chest = chest == Side::left ? at_left : at_right;
    const bool at_front = chest == Side::left ? at_right : at_left;
    if (at_front || top <= film.y || bottom >= film.y + film.height) continue;
    if (at_chest && stats.at<int>(label, cv::CC_STAT_AREA) > gap_area * static_cast<double>(mask.total())) {
      continue;
    }
    mask.setTo(255, labels == label);
  }
}

Box box_of(const Tensor& mask) {
  const std::int64_t height = mask.size(0);
  const std::int64_t width = mask.size(1);
  const cv::Mat view(static_cast<int>(height), static_cast<int>(width), CV_8U,
                     const_cast<std::uint8_t*>(mask.data<std::uint8_t>().data())); // NOLINT: only read
  const cv::Rect box = cv::boundingRect(view);
  return {static_cast<double>(box.x), static_cast<double>(box.y), static_cast<double>(box.width),
          static_cast<double>(box.height)};
}

double first_level(const BreastMaskOptions& options, double background) {
  if (options.edge == BreastEdge::skin) return background + options.skin_rise;
  return std::max(options.tissue_level, background + options.tissue_rise);
}

// Rises from `level` for as long as each level takes a share of the breast away: over a wide dim rim readers
// see the edge later than over a steep one.
int level_past_rim(const cv::Mat& blurred, const cv::Mat& mask, int level, double share) {
  constexpr int span = 4; // levels over which the loss is averaged
  constexpr int highest = 46;
  std::vector<std::int64_t> at_least(256 + span);
  for (int y = 0; y < mask.rows; ++y) {
    for (int x = 0; x < mask.cols; ++x) {
      if (mask.at<std::uint8_t>(y, x) != 0) ++at_least[blurred.at<std::uint8_t>(y, x)];
    }
  }
  for (std::size_t i = 255; i > 0; --i) at_least[i - 1] += at_least[i];
  for (; level < highest; ++level) {
    const auto now = static_cast<double>(at_least[static_cast<std::size_t>(level)]);
    const auto then = static_cast<double>(at_least[static_cast<std::size_t>(level) + span]);
    if (now - then <= span * share * now) break;
  }
  return level;
}

// The largest part of `bright` that is nowhere thinner than `thickness`, with the corners that it opens.
cv::Mat largest_part(const cv::Mat& bright, int thickness) {
  cv::Mat mask = thick_parts(bright, thickness);
  keep_largest(mask);
  cv::dilate(mask, mask,
             cv::getStructuringElement(cv::MORPH_ELLIPSE, cv::Size(thickness | 1, thickness | 1)));
  mask &= bright;
  keep_largest(mask);
  return mask;
}

// 255 where the breast is, in the working picture; empty where it is not found.
cv::Mat working_mask(const cv::Mat& grey, const BreastMaskOptions& options, BreastMask& result) {
  const FrameMargins frame = bright_frame(grey, options.widest_frame);
  const cv::Rect film(frame.left, frame.top, grey.cols - frame.left - frame.right,
                      grey.rows - frame.top - frame.bottom);
  if (film.width < least_side || film.height < least_side) return {};
  cv::Mat blurred;
  // A copy, because a part of a picture is blurred with what lies around it.
  cv::GaussianBlur(grey(film).clone(), blurred, cv::Size(), blur_sigma, blur_sigma, cv::BORDER_REPLICATE);
  const Background background = background_of(blurred);
  result.background = background.level;
  if (!background.seen) return {};

  const int thickness = static_cast<int>(std::lround(options.thinnest_part * grey.rows));
  const int first = static_cast<int>(std::lround(first_level(options, background.level)));
  cv::Mat part = largest_part(blurred >= first, thickness);
  if (options.edge == BreastEdge::tissue) {
    const int level = level_past_rim(blurred, part, first, options.rim_share);
    part = largest_part(part & (blurred >= level), thickness);
  }
  const auto area = static_cast<double>(cv::countNonZero(part));
  if (area == 0 || area < options.least_area * static_cast<double>(grey.total())) return {};
  cv::Mat mask = cv::Mat::zeros(grey.size(), CV_8U);
  part.copyTo(mask(film));
  result.chest = side_reached(mask, film);
  fill_holes(mask, film, result.chest);
  return mask;
}

} // namespace

BreastMask find_breast_mask(const Tensor& picture, int bits, const BreastMaskOptions& options) {
  const Tensor source = dense_levels(picture, "find_breast_mask");
  check(options, bits);
  const std::int64_t height = source.size(0);
  const std::int64_t width = source.size(1);
  BreastMask result;
  const bool large_enough = std::min(height, width) >= least_side;
  const cv::Mat mask =
      large_enough ? working_mask(working_picture(source, bits), options, result) : cv::Mat();
  if (!mask.empty()) {
    result.mask = enlarged_mask(mask, height, width);
    result.box = box_of(result.mask);
    result.found = true;
    return result;
  }
  result.mask = Tensor::full({height, width}, 1, {.dtype = DType::u8});
  result.box = {0, 0, static_cast<double>(width), static_cast<double>(height)};
  return result;
}

std::optional<Side> chest_side(const FilmMetadata& metadata) {
  if (metadata.patient_orientation.starts_with('A')) return Side::left;
  if (metadata.patient_orientation.starts_with('P')) return Side::right;
  return std::nullopt;
}

Side chest_side(const Tensor& mask) {
  const Tensor source = dense_grey(mask, "chest_side");
  const std::int64_t height = source.size(0);
  const std::int64_t width = source.size(1);
  const std::uint8_t* pixels = source.data<std::uint8_t>().data();
  std::int64_t edges = 0; // rows at the left edge over those at the right
  std::int64_t halves = 0;
  for (std::int64_t y = 0; y < height; ++y) {
    const std::uint8_t* row = pixels + y * width;
    edges += (row[0] != 0 ? 1 : 0) - (row[width - 1] != 0 ? 1 : 0);
    halves += std::count(row + width - width / 2, row + width, 0) - std::count(row, row + width / 2, 0);
  }
  return edges > 0 || (edges == 0 && halves >= 0) ? Side::left : Side::right;
}

} // namespace mammo::image
