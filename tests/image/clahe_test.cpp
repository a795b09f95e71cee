// CLAHE beside OpenCV's own, which this test is linked with.

#include "mammo/core/threads.hpp"
#include "mammo/image/clahe.hpp"
#include "tests/image/formula_pictures.hpp"
#include "tests/image/opencv_matrix.hpp"

#include <cstdlib>
#include <tuple>

#include <catch2/catch.hpp>
#include <opencv2/imgproc.hpp>

using namespace mammo;
using namespace mammo::image;
using namespace mammo::test;

namespace {

// Noise over all of `levels` levels, `step` apart.
Tensor noise_levels(std::int64_t height, std::int64_t width, std::uint32_t levels, std::uint32_t step) {
  Tensor result = Tensor::empty({height, width}, {.dtype = DType::u16});
  std::uint16_t* pixel = result.mutable_data<std::uint16_t>().data();
  std::uint32_t state = 7;
  for (std::int64_t i = 0; i < height * width; ++i) {
    state = state * 1664525U + 1013904223U;
    // Dark on average, so that there is something to be clipped.
    const std::uint64_t square = std::uint64_t{state >> 16} * (state >> 16) >> 16;
    pixel[i] = static_cast<std::uint16_t>((square * levels >> 16) * step);
  }
  return result;
}

cv::Mat opencv_clahe(const Tensor& picture, const ClaheOptions& options) {
  cv::Mat out;
  cv::createCLAHE(options.clip_limit,
                  cv::Size(static_cast<int>(options.tiles_across), static_cast<int>(options.tiles_down)))
      ->apply(matrix_of(picture), out);
  return out;
}

int largest_difference(const Tensor& ours, const cv::Mat& theirs) {
  int largest = 0;
  for (int y = 0; y < theirs.rows; ++y) {
    for (int x = 0; x < theirs.cols; ++x) {
      const auto at =
          static_cast<std::size_t>(y) * static_cast<std::size_t>(theirs.cols) + static_cast<std::size_t>(x);
      const int difference = ours.dtype() == DType::u8
                                 ? int{ours.data<std::uint8_t>()[at]} - theirs.at<std::uint8_t>(y, x)
                                 : int{ours.data<std::uint16_t>()[at]} - theirs.at<std::uint16_t>(y, x);
      largest = std::max(largest, std::abs(difference));
    }
  }
  return largest;
}

} // namespace

TEST_CASE("clahe is within one grey level of OpenCV's on 8-bit pictures") {
  for (const auto& [height, width, clip, down, across] :
       std::vector<std::tuple<std::int64_t, std::int64_t, double, std::int64_t, std::int64_t>>{
           {400, 320, 40, 8, 8}, // divided by the tiles
           {401, 320, 2, 8, 8},  // one axis is not, and the other is extended by whole tiles
           {333, 517, 3, 5, 5},
           {300, 300, 0, 4, 3}, // not clipped
           {64, 900, 100, 1, 7},
           {90, 70, 0.01, 5, 5}}) {
    CAPTURE(height, width, clip, down, across);
    const ClaheOptions options{clip, down, across};
    const Tensor film = film_picture(height, width, true, 10, 90);
    CHECK(largest_difference(clahe(film, options), opencv_clahe(film, options)) <= 1);
    const Tensor noise = noise_picture(height, width);
    CHECK(largest_difference(clahe(noise, options), opencv_clahe(noise, options)) <= 1);
  }
}

TEST_CASE("clahe is within 1e-4 of the range of OpenCV's on 16-bit pictures") {
  for (const auto& [height, width, levels, step] :
       std::vector<std::tuple<std::int64_t, std::int64_t, std::uint32_t, std::uint32_t>>{
           {500, 400, 65536, 1}, {503, 401, 4096, 16}, {350, 513, 256, 257}, {257, 255, 100, 1}}) {
    for (const double clip : {0.0, 2.0, 100.0}) {
      CAPTURE(height, width, levels, clip);
      const ClaheOptions options{clip, 5, 5};
      const Tensor noise = noise_levels(height, width, levels, step);
      CHECK(largest_difference(clahe(noise, options), opencv_clahe(noise, options)) <= 6);
    }
  }
}

TEST_CASE("clahe takes pictures smaller than its tiles are many, and even ones") {
  for (const auto& [height, width] : {std::pair{1, 1}, {1, 300}, {300, 1}, {3, 4}, {2, 700}}) {
    CAPTURE(height, width);
    const ClaheOptions options{.clip_limit = 100, .tiles_down = 5, .tiles_across = 5};
    const Tensor noise = noise_picture(height, width);
    CHECK(largest_difference(clahe(noise, options), opencv_clahe(noise, options)) <= 1);
    for (const int level : {0, 200, 255}) {
      const Tensor even = even_picture(height, width, level);
      CHECK(largest_difference(clahe(even, options), opencv_clahe(even, options)) <= 1);
    }
  }
}

TEST_CASE("clahe refuses options out of range and other pictures", "[errors]") {
  const Tensor grey = noise_picture(20, 20);
  CHECK_THROWS_AS(clahe(grey, {.clip_limit = -1}), ArgumentError);
  CHECK_THROWS_AS(clahe(grey, {.tiles_down = 0}), ArgumentError);
  CHECK_THROWS_AS(clahe(grey, {.tiles_across = 257}), ArgumentError);
  CHECK_THROWS_AS(clahe(Tensor::zeros({4, 4})), TypeError);
  CHECK_THROWS_AS(clahe(Tensor::zeros({1, 4, 4}, {.dtype = DType::u8})), ShapeError);
}
