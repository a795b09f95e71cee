// CLAHE, Gaussian, resizes and warps of real films beside OpenCV's: one grey level of 8 bits, 1e-4 of the
// range of 16.

#include "mammo/image/blur.hpp"
#include "mammo/image/clahe.hpp"
#include "mammo/image/full_range.hpp"
#include "mammo/image/read.hpp"
#include "mammo/image/resize.hpp"
#include "mammo/image/warp.hpp"
#include "tests/image/opencv_matrix.hpp"
#include "tests/support/files.hpp"

#include <array>
#include <string>
#include <vector>

#include <catch2/catch.hpp>
#include <opencv2/imgproc.hpp>

using namespace mammo;
using namespace mammo::image;
using namespace mammo::test;

namespace {

// Digitised films of 8 bits and, full-field digital, one of 16: about a quarter of it, to be fast.
std::vector<Tensor> films() {
  std::vector<Tensor> result;
  for (const char* name : {"00421_LEFT_CC", "01442_RIGHT_MLO"})
    result.push_back(read_film(source_dir() / "examples/data" / (std::string(name) + ".jpg")).stored);
  for (const char* name : {"00001_LEFT_CC", "00004_RIGHT_MLO"}) {
    result.push_back(read_film(shared(std::string("data/cbis-ddsm-mass/train/") + name + ".jpg")).stored);
  }
  const Levels digital = levels_of(read_film(shared("data/dicom/GH133.dcm")));
  const Tensor full = to_full_range(digital.picture, digital.bits);
  result.push_back(full.slice(0, 700, 2201).slice(1, 1100, 2394).contiguous());
  return result;
}

double difference(const Tensor& ours, const cv::Mat& theirs) {
  return cv::norm(matrix_of(ours), theirs, cv::NORM_INF);
}

// Of whole numbers.
double allowed(const Tensor& film) {
  return film.dtype() == DType::u8 ? 1 : 6.5535;
}

} // namespace

TEST_CASE("CLAHE and Gaussian of real films are OpenCV's") {
  for (const Tensor& film : films()) {
    for (const double clip : {2.0, 100.0}) {
      cv::Mat equalised;
      cv::createCLAHE(clip, {5, 5})->apply(matrix_of(film), equalised);
      const Tensor ours = clahe(film, {.clip_limit = clip, .tiles_down = 5, .tiles_across = 5});
      CHECK(difference(ours, equalised) <= allowed(film));
    }
    if (film.dtype() != DType::u8) continue;
    cv::Mat blurred;
    cv::GaussianBlur(matrix_of(film), blurred, {31, 31}, 5);
    CHECK(difference(gaussian_blur(film, 5), blurred) == 0);
  }
}

TEST_CASE("resizes of real films are OpenCV's") {
  for (const Tensor& film : films()) {
    const int height = static_cast<int>(film.size(0));
    const int width = static_cast<int>(film.size(1));
    cv::Mat expected;
    cv::resize(matrix_of(film), expected, {width / 3, height / 2}, 0, 0, cv::INTER_AREA);
    CHECK(difference(resize(film, height / 2, width / 3, {.filter = ResizeFilter::box}).picture, expected) <=
          allowed(film));
    cv::resize(matrix_of(film), expected, {width * 3 / 2, height * 5 / 4}, 0, 0, cv::INTER_LINEAR);
    CHECK(difference(resize(film, height * 5 / 4, width * 3 / 2).picture, expected) <= allowed(film));
  }
}

TEST_CASE("warps of real films are OpenCV's") {
  // OpenCV rounds places to 32nds of a pixel: a matrix of such gives the same places.
  const AffineTransform to_film{0.9375, 0.25, 11.5, -0.1875, 1.0625, 20.25};
  for (const Tensor& film : films()) {
    const Tensor wide = film.to(DType::f32);
    const int height = static_cast<int>(film.size(0));
    const int width = static_cast<int>(film.size(1));
    // Counted between pixel centres, as OpenCV does.
    const std::array<double, 6> m = to_film.matrix();
    const cv::Matx23d centres(m[0], m[1], m[2] + (m[0] + m[1] - 1) / 2, m[3], m[4],
                              m[5] + (m[3] + m[4] - 1) / 2);
    cv::Mat expected;
    cv::warpAffine(matrix_of(wide), expected, centres, {width, height},
                   cv::INTER_LINEAR | cv::WARP_INVERSE_MAP, cv::BORDER_CONSTANT, 0);
    const Tensor warped = warp(wide, {to_film.inverse()}, height, width);
    CHECK(difference(warped, expected) <= (film.dtype() == DType::u8 ? 0.0255 : 6.5535));
  }
}
