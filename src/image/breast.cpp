#include "mammo/image/breast.hpp"

#include "image/grey.hpp"
#include "mammo/image/blur.hpp"

#include <algorithm>
#include <array>
#include <cmath>

#include <opencv2/imgproc.hpp>

namespace mammo::image {
namespace {

void check(const BreastOptions& o) {
  require<ArgumentError>(o.otsu_fraction >= 0 && o.otsu_fraction <= 1, "find_breast: otsu_fraction ",
                         o.otsu_fraction, ", expected 0 to 1");
  require<ArgumentError>(o.least_threshold >= 0 && o.least_threshold <= 255, "find_breast: least_threshold ",
                         o.least_threshold, ", expected 0 to 255");
  require<ArgumentError>(o.least_area >= 0 && o.least_area <= 1, "find_breast: least_area ", o.least_area,
                         ", expected 0 to 1");
  require<ArgumentError>(o.opening >= 1 && o.opening <= 255, "find_breast: opening ", o.opening,
                         ", expected 1 to 255 pixels");
  constexpr std::int64_t longest = 65536;
  for (const std::int64_t length :
       {o.frame_columns, o.frame_rows, o.margin_columns, o.margin_rows, o.touching, o.touching_rows}) {
    require<ArgumentError>(length >= 0 && length <= longest, "find_breast: frame, margin or touching of ",
                           length, " pixels, expected 0 to ", longest);
  }
}

// OpenCV's own threads would come on top of the thread budget.
void keep_opencv_single_threaded() {
  static const bool done = [] {
    cv::setNumThreads(1);
    return true;
  }();
  static_cast<void>(done);
}

struct Component {
  std::int64_t left = 0;
  std::int64_t top = 0;
  std::int64_t width = 0;
  std::int64_t height = 0;
  std::int64_t area = 0;
};

// Leaves 1 in `mask` where the largest 8-connected part of it is, 0 elsewhere.
Component keep_largest_component(cv::Mat& mask) {
  cv::Mat labels;
  cv::Mat stats;
  cv::Mat centroids;
  const int count = cv::connectedComponentsWithStats(mask, labels, stats, centroids, 8, CV_32S);
  int largest = 0;
  int area = 0;
  for (int label = 1; label < count; ++label) {
    if (stats.at<int>(label, cv::CC_STAT_AREA) <= area) continue;
    area = stats.at<int>(label, cv::CC_STAT_AREA);
    largest = label;
  }
  if (largest == 0) return {};
  for (int y = 0; y < mask.rows; ++y) {
    const int* label = labels.ptr<int>(y);
    std::uint8_t* inside = mask.ptr<std::uint8_t>(y);
    for (int x = 0; x < mask.cols; ++x) inside[x] = label[x] == largest ? 1 : 0;
  }
  return {stats.at<int>(largest, cv::CC_STAT_LEFT), stats.at<int>(largest, cv::CC_STAT_TOP),
          stats.at<int>(largest, cv::CC_STAT_WIDTH), stats.at<int>(largest, cv::CC_STAT_HEIGHT), area};
}

Box widened(const Component& c, std::int64_t width, std::int64_t height, const BreastOptions& o) {
  std::int64_t left = c.left - o.margin_columns;
  std::int64_t right = c.left + c.width + o.margin_columns;
  std::int64_t top = c.top - o.margin_rows;
  std::int64_t bottom = c.top + c.height + o.margin_rows;
  if (c.left <= o.frame_columns + o.touching) left = 0;
  if (c.left + c.width >= width - o.frame_columns - o.touching) right = width;
  if (c.top <= o.frame_rows + o.touching) top = c.top - o.touching_rows;
  if (c.top + c.height >= height - o.frame_rows - o.touching) bottom = c.top + c.height + o.touching_rows;
  left = std::max<std::int64_t>(left, 0);
  top = std::max<std::int64_t>(top, 0);
  return {static_cast<double>(left), static_cast<double>(top),
          static_cast<double>(std::min(right, width) - left),
          static_cast<double>(std::min(bottom, height) - top)};
}

} // namespace

int otsu_threshold(const Tensor& grey) {
  const Tensor source = dense_grey(grey, "otsu_threshold");
  std::array<std::int64_t, 256> count{};
  for (const std::uint8_t value : source.data<std::uint8_t>()) ++count[value];
  const auto pixels = static_cast<double>(source.numel());
  double mean = 0;
  for (std::size_t level = 0; level < count.size(); ++level) {
    mean += static_cast<double>(level) * static_cast<double>(count[level]) / pixels;
  }
  // Classes of fewer pixels than this are rounding, not pixels.
  constexpr double least = 1e-7;
  double below = 0;
  double moment_below = 0;
  double best = 0;
  int threshold = 0;
  for (std::size_t level = 0; level < count.size(); ++level) {
    const double probability = static_cast<double>(count[level]) / pixels;
    below += probability;
    moment_below += static_cast<double>(level) * probability;
    const double above = 1 - below;
    if (std::min(below, above) < least) continue;
    const double difference = moment_below / below - (mean - moment_below) / above;
    const double variance = below * above * difference * difference;
    if (variance <= best) continue;
    best = variance;
    threshold = static_cast<int>(level);
  }
  return threshold;
}

BreastRegion find_breast(const Tensor& grey, const BreastOptions& options) {
  const Tensor source = dense_grey(grey, "find_breast");
  check(options);
  keep_opencv_single_threaded();
  const std::int64_t height = source.size(0);
  const std::int64_t width = source.size(1);
  const Tensor blurred = gaussian_blur(source, options.blur_sigma);

  BreastRegion region;
  region.otsu_threshold = otsu_threshold(blurred);
  const double threshold = std::max(options.least_threshold, options.otsu_fraction * region.otsu_threshold);
  region.mask = Tensor::zeros({height, width}, {.dtype = DType::u8});
  const std::uint8_t* in = blurred.data<std::uint8_t>().data();
  std::uint8_t* out = region.mask.mutable_data<std::uint8_t>().data();
  for (std::int64_t y = options.frame_rows; y < height - options.frame_rows; ++y) {
    for (std::int64_t x = options.frame_columns; x < width - options.frame_columns; ++x) {
      out[y * width + x] = in[y * width + x] > threshold ? 1 : 0;
    }
  }

  cv::Mat mask(static_cast<int>(height), static_cast<int>(width), CV_8U, out);
  const auto side = static_cast<int>(options.opening);
  cv::morphologyEx(mask, mask, cv::MORPH_OPEN, cv::getStructuringElement(cv::MORPH_RECT, {side, side}));
  const Component breast = keep_largest_component(mask);
  const double least_area = options.least_area * static_cast<double>(height) * static_cast<double>(width);
  region.found = breast.area > 0 && static_cast<double>(breast.area) >= least_area;
  if (region.found) {
    region.box = widened(breast, width, height, options);
    return region;
  }
  region.box = {0, 0, static_cast<double>(width), static_cast<double>(height)};
  region.mask = Tensor::full({height, width}, 1, {.dtype = DType::u8});
  return region;
}

} // namespace mammo::image
