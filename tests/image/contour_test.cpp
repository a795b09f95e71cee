// Contours beside OpenCV's own, which this test is linked with.

#include "mammo/image/contour.hpp"
#include "tests/image/formula_pictures.hpp"
#include "tests/image/opencv_matrix.hpp"

#include <algorithm>
#include <cmath>
#include <set>

#include <catch2/catch.hpp>
#include <opencv2/imgproc.hpp>

using namespace mammo;
using namespace mammo::image;
using namespace mammo::test;

namespace {

std::vector<std::vector<cv::Point>> opencv_contours(const Tensor& mask) {
  std::vector<std::vector<cv::Point>> contours;
  cv::findContours(matrix_of(mask).clone(), contours, cv::RETR_EXTERNAL, cv::CHAIN_APPROX_NONE);
  return contours;
}

using Points = std::vector<std::pair<int, int>>;

// Each contour's points sorted, the contours too: where they start and which way they go is not compared.
std::multiset<Points> as_set(const std::vector<Contour>& contours) {
  std::multiset<Points> result;
  for (const Contour& contour : contours) {
    Points points;
    for (const PixelPoint& p : contour) points.emplace_back(p.y, p.x);
    std::ranges::sort(points);
    result.insert(points);
  }
  return result;
}

std::multiset<Points> as_set(const std::vector<std::vector<cv::Point>>& contours) {
  std::multiset<Points> result;
  for (const auto& contour : contours) {
    Points points;
    for (const cv::Point& p : contour) points.emplace_back(p.y, p.x);
    std::ranges::sort(points);
    result.insert(points);
  }
  return result;
}

// Specks of all sizes: noise, coarse where `side` is large, brighter than `level` in 255.
Tensor specks(std::int64_t height, std::int64_t width, std::int64_t side, int level) {
  return picture(height, width, [=](std::int64_t y, std::int64_t x) {
    return noise_at(y / side, x / side) > level ? 255 : 0;
  });
}

} // namespace

TEST_CASE("external_contours are OpenCV's, with their perimeters") {
  for (const int level : {40, 110, 128, 150, 220}) {
    for (const std::int64_t side : {1, 3}) {
      CAPTURE(level, side);
      const Tensor mask = specks(61, 83, side, level);
      const std::vector<Contour> ours = external_contours(mask);
      const auto theirs = opencv_contours(mask);
      CHECK(as_set(ours) == as_set(theirs));
      std::vector<double> our_lengths;
      std::vector<double> their_lengths;
      for (const Contour& contour : ours) our_lengths.push_back(perimeter(contour));
      for (const auto& contour : theirs) their_lengths.push_back(cv::arcLength(contour, true));
      std::ranges::sort(our_lengths);
      std::ranges::sort(their_lengths);
      REQUIRE(our_lengths.size() == their_lengths.size());
      for (std::size_t i = 0; i < our_lengths.size(); ++i) {
        CHECK(our_lengths[i] == Approx(their_lengths[i]).epsilon(1e-5)); // theirs are summed in floats
      }
    }
  }
}

TEST_CASE("a contour of one pixel, of a line and of a square by hand") {
  Tensor mask = picture(9, 9, [](std::int64_t y, std::int64_t x) { return y == 4 && x == 4 ? 9 : 0; });
  CHECK(external_contours(mask) == std::vector<Contour>{{{4, 4}}});
  CHECK(perimeter({{4, 4}}) == 0);
  // Along it and back.
  mask = picture(9, 9, [](std::int64_t y, std::int64_t x) { return y == 4 && x > 2 && x < 6 ? 9 : 0; });
  CHECK(external_contours(mask) == std::vector<Contour>{{{3, 4}, {4, 4}, {5, 4}, {4, 4}}});
  CHECK(perimeter(external_contours(mask)[0]) == 4);
  // The whole picture; a hole in it and a part in the hole have no outer edge.
  mask = picture(5, 5, [](std::int64_t y, std::int64_t x) {
    return y == 0 || x == 0 || y == 4 || x == 4 || (y == 2 && x == 2) ? 9 : 0;
  });
  REQUIRE(external_contours(mask).size() == 1);
  CHECK(perimeter(external_contours(mask)[0]) == 16);
  CHECK(external_contours(mask, 9).empty());
}

TEST_CASE("filled_contour is what OpenCV draws and fills") {
  for (const int thickness : {1, 10}) {
    const Tensor mask = film_picture(300, 200, true, 15, 80);
    const auto theirs = opencv_contours(picture(300, 200, [&](std::int64_t y, std::int64_t x) {
      return mask.data<std::uint8_t>()[static_cast<std::size_t>(y * 200 + x)] > 70 ? 255 : 0;
    }));
    const std::vector<Contour> ours = external_contours(mask, 70);
    const Contour& longest = *std::ranges::max_element(ours, {}, perimeter);
    const auto& their_longest = *std::ranges::max_element(
        theirs, {}, [](const auto& contour) { return cv::arcLength(contour, true); });
    cv::Mat drawn = cv::Mat::zeros(300, 200, CV_8U);
    const std::vector<std::vector<cv::Point>> one{their_longest};
    cv::drawContours(drawn, one, -1, 1, thickness);
    cv::fillPoly(drawn, one, 1);
    const Tensor filled = filled_contour(longest, 300, 200, thickness);
    CAPTURE(thickness, cv::countNonZero(drawn));
    CHECK(cv::countNonZero(drawn != matrix_of(filled)) == 0);
  }
}

TEST_CASE("contours refuse levels, points and thicknesses out of range", "[errors]") {
  const Tensor grey = noise_picture(9, 9);
  CHECK_THROWS_AS(external_contours(grey, 256), ArgumentError);
  CHECK_THROWS_AS(filled_contour({}, 9, 9), ArgumentError);
  CHECK_THROWS_AS(filled_contour({{9, 0}}, 9, 9), ArgumentError);
  CHECK_THROWS_AS(filled_contour({{0, 0}}, 9, 9, 0), ArgumentError);
}
