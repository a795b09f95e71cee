#include "mammo/core/log.hpp"
#include "mammo/core/random.hpp"
#include "mammo/core/threads.hpp"
#include "mammo/image/resize.hpp"
#include "mammo/image/tiles.hpp"
#include "mammo/image/warp.hpp"
#include "tests/image/formula_pictures.hpp"
#include "tests/image/opencv_matrix.hpp"
#include "tests/support/files.hpp"

#include <algorithm>
#include <cmath>
#include <fstream>
#include <string>

#include <catch2/catch.hpp>
#include <nlohmann/json.hpp>
#include <opencv2/imgproc.hpp>

using namespace mammo;
using namespace mammo::image;
using namespace mammo::test;
using nlohmann::json;

namespace {

const json& record() {
  static const json parsed = json::parse(std::ifstream(golden("image/geometry.json")));
  return parsed;
}

double largest_difference(const Tensor& picture, const std::vector<double>& expected) {
  const Tensor wide = picture.to(DType::f64);
  const auto values = wide.data<double>();
  REQUIRE(values.size() == expected.size());
  double worst = 0;
  for (std::size_t i = 0; i < expected.size(); ++i)
    worst = std::max(worst, std::abs(values[i] - expected[i]));
  return worst;
}

// Counted between pixel centres, as OpenCV does, to between pixel edges.
AffineTransform from_centers(const std::vector<double>& m) {
  return AffineTransform::translation(-0.5, -0.5)
      .then({m[0], m[1], m[2], m[3], m[4], m[5]})
      .then(AffineTransform::translation(0.5, 0.5));
}

// A soft spot around a point, and where its centre of mass is.
Tensor spot(std::int64_t height, std::int64_t width, Point center, double sigma) {
  Tensor result = Tensor::empty({height, width});
  for (std::int64_t i = 0; i < result.numel(); ++i) {
    const double x = static_cast<double>(i % width) + 0.5 - center.x;
    const std::int64_t row = i / width;
    const double y = static_cast<double>(row) + 0.5 - center.y;
    result.mutable_data<float>()[static_cast<std::size_t>(i)] =
        static_cast<float>(100 * std::exp(-(x * x + y * y) / (2 * sigma * sigma)));
  }
  return result;
}

Point center_of_mass(const Tensor& picture) {
  double mass = 0;
  Point sum;
  for (std::int64_t i = 0; i < picture.numel(); ++i) {
    const double value = double{picture.data<float>()[static_cast<std::size_t>(i)]};
    mass += value;
    sum.x += value * (static_cast<double>(i % picture.size(1)) + 0.5);
    const std::int64_t row = i / picture.size(1);
    sum.y += value * (static_cast<double>(row) + 0.5);
  }
  return {sum.x / mass, sum.y / mass};
}

double distance(Point a, Point b) {
  return std::hypot(a.x - b.x, a.y - b.y);
}

Displacement wavy(std::int64_t height, std::int64_t width, double spacing, double largest) {
  Generator generator(3);
  return {
      random_uniform({2, Displacement::nodes_over(height, spacing), Displacement::nodes_over(width, spacing)},
                     -largest, largest, generator),
      spacing};
}

} // namespace

TEST_CASE("resize is Pillow's, PyTorch's and OpenCV's") {
  for (const json& item : record()["resize"]) {
    const std::string filter = item["filter"];
    CAPTURE(item["old"].dump(), item["new"].dump(), filter, item["antialias"].dump());
    const bool bytes = filter == "lanczos8";
    const Tensor grey = noise_picture(item["old"][0], item["old"][1]);
    const Resized resized =
        resize(bytes ? grey : grey.to(DType::f32), item["new"][0], item["new"][1],
               {.filter = filter == "bilinear" ? ResizeFilter::bilinear : ResizeFilter::lanczos,
                .antialias = item["antialias"]});
    CHECK(largest_difference(resized.picture, item["values"]) <= (bytes ? 1 : 0.0256)); // 1e-4 of 256
  }
}

TEST_CASE("a box resize is OpenCV's INTER_AREA where both axes shrink") {
  const Tensor grey = noise_picture(61, 97).to(DType::f32);
  cv::Mat expected;
  cv::resize(matrix_of(grey), expected, {40, 23}, 0, 0, cv::INTER_AREA);
  const Resized resized = resize(grey, 23, 40, {.filter = ResizeFilter::box});
  const std::vector<double> values(expected.begin<float>(), expected.end<float>());
  CHECK(largest_difference(resized.picture, values) < 0.0256);
}

TEST_CASE("an affine warp is OpenCV's") {
  for (const json& item : record()["warp"]) {
    const std::vector<double> m = item["matrix"];
    const Tensor warped = warp(noise_picture(30, 40).to(DType::f32), {from_centers(m)}, 36, 44);
    CAPTURE(item["matrix"].dump());
    CHECK(largest_difference(warped, item["values"]) < 0.0256);
  }
}

TEST_CASE("resizes keep even pictures and do not change a picture of the same size") {
  const Tensor grey = noise_picture(33, 70);
  for (const ResizeFilter filter : {ResizeFilter::box, ResizeFilter::bilinear, ResizeFilter::lanczos}) {
    const Tensor same = resize(grey, 33, 70, {.filter = filter}).picture;
    CHECK(std::ranges::equal(same.data<std::uint8_t>(), grey.data<std::uint8_t>()));
    for (const int level : {0, 255}) {
      const Tensor even = resize(even_picture(20, 31, level), 7, 90, {.filter = filter}).picture;
      CHECK(std::ranges::all_of(even.data<std::uint8_t>(), [&](int v) { return v == level; }));
      CHECK(resize(even_picture(1, 1, level), 5, 3, {.filter = filter}).picture.data<std::uint8_t>()[14] ==
            level);
    }
    const Tensor deep = Tensor::full({5, 9}, 65535, {.dtype = DType::u16});
    CHECK(resize(deep, 3, 20, {.filter = filter}).picture.data<std::uint16_t>()[30] == 65535);
  }
  CHECK_THROWS_AS(resize(grey, 0, 5), ArgumentError);
  CHECK_THROWS_AS(resize(grey, 5, 65537), ArgumentError);
  CHECK_THROWS_AS(resize(Tensor(), 5, 5), ShapeError);
  CHECK_THROWS_AS(resize(Tensor::zeros({4, 4}, {.dtype = DType::f64}), 5, 5), TypeError);
}

TEST_CASE("what is at a point of the picture is where its transform says, and comes back") {
  const Point place{73.3, 41.7};
  const Tensor picture = spot(120, 150, place, 5);
  for (const ResizeFilter filter : {ResizeFilter::box, ResizeFilter::bilinear, ResizeFilter::lanczos}) {
    for (const auto& [h, w] : {std::pair{50, 70}, {250, 200}, {60, 300}}) {
      const Resized resized = resize(picture, h, w, {.filter = filter});
      CHECK(distance(resized.to_new.inverse().apply(center_of_mass(resized.picture)), place) < 0.1);
    }
  }
  const Part part = crop(picture, 10, -20, 90, 160);
  CHECK(distance(part.to_part.inverse().apply(center_of_mass(part.picture)), place) < 0.01);

  const AffineTransform turned = AffineTransform::translation(-75, -60)
                                     .then(AffineTransform::rotation(0.4))
                                     .then(AffineTransform::scaling(0.7, 0.7))
                                     .then(AffineTransform::translation(64, 50));
  for (const Warp& map : {Warp{turned}, Warp{turned, wavy(100, 128, 40, 9)}}) {
    CHECK(distance(map.invert(center_of_mass(warp(picture, map, 100, 128))), place) < 0.5);
    for (const Point p : {Point{3, 5}, Point{80.5, 100.25}, Point{149, 1}}) {
      CHECK(distance(map.invert(map.apply(p)), p) < 1e-5);
    }
  }
}

TEST_CASE("a warp into a part of a canvas is that part of the whole") {
  const Tensor picture = noise_picture(60, 80);
  const Warp map{{0.9, 0.3, -5, -0.2, 1.1, 7}, wavy(70, 90, 24, 5)};
  const Tensor whole = warp(picture, map, 70, 90, {.fill = 7});
  Tensor canvas = Tensor::zeros({70, 90});
  Tensor part = canvas.slice(0, 11, 51).slice(1, 20, 63);
  warp_into(picture, map, part, {.fill = 7, .origin = {20, 11}});
  const Tensor expected = whole.slice(0, 11, 51).slice(1, 20, 63).contiguous();
  const Tensor actual = part.contiguous();
  double worst = 0;
  for (std::size_t i = 0; i < 40 * 43; ++i) {
    worst = std::max(worst, std::abs(double{expected.data<float>()[i]} - double{actual.data<float>()[i]}));
  }
  CHECK(worst < 1e-3);
  CHECK(canvas.data<float>()[0] == 0);
}

TEST_CASE("a warp that shrinks averages") {
  // Rows of 0 and 200 by turns: without averaging a warp to a quarter would keep one of them.
  const Tensor stripes = picture(64, 64, [](std::int64_t y, std::int64_t) { return y % 2 * 200; });
  const Tensor quarter = warp(stripes, {AffineTransform::scaling(0.25, 0.25)}, 16, 16);
  CHECK(std::ranges::all_of(quarter.data<float>(), [](float v) { return std::abs(v - 100) < 1e-3F; }));
}

TEST_CASE("a nearest warp keeps labels, and odd warps are refused") {
  const Tensor mask =
      picture(20, 20, [](std::int64_t y, std::int64_t x) { return (y / 5 + x / 5) % 2 * 128; });
  const Tensor turned = warp(mask, {AffineTransform::rotation(0.3)}, 30, 30,
                             {.interpolation = Interpolation::nearest, .fill = 9});
  CHECK(turned.dtype() == DType::u8);
  CHECK(std::ranges::all_of(turned.data<std::uint8_t>(), [](int v) { return v == 0 || v == 128 || v == 9; }));
  CHECK_THROWS_AS(warp(mask, {AffineTransform::scaling(0, 1)}, 5, 5), ArgumentError);
  CHECK_THROWS_AS(warp(mask, {}, 0, 5), ArgumentError);
  CHECK_THROWS_AS(warp(Tensor::zeros({3, 3}, {.dtype = DType::i32}), {}, 5, 5), TypeError);
  CHECK_THROWS_AS(warp(Tensor::zeros({3}), {}, 5, 5), ShapeError);
  CHECK_THROWS_AS(Displacement(Tensor::full({2, 4, 4}, 10), 40), ArgumentError); // a quarter
  CHECK_THROWS_AS(Displacement(Tensor::zeros({2, 3, 4}), 40), ShapeError);
  for (const Shape& shape : {Shape{1, 1}, Shape{1, 50}, Shape{50, 1}}) {
    const Tensor even = Tensor::full(shape, 255, {.dtype = DType::u8});
    CHECK(warp(even, {}, shape[0], shape[1]).data<float>()[0] == 255);
  }
}

TEST_CASE("tiles that are cut and blended are the picture again") {
  for (const auto& [h, w] : {std::pair{100, 130}, {30, 200}, {1, 1}}) {
    const Tensor picture = noise_picture(h, w).to(DType::f32);
    const TileGrid grid(h, w, 40, 50, 12);
    std::vector<Tensor> tiles;
    for (const Part& tile : cut(picture, grid)) tiles.push_back(tile.picture);
    const Tensor whole = blend(tiles, grid, h, w);
    const auto expected = picture.data<float>();
    CHECK(largest_difference(whole, {expected.begin(), expected.end()}) < 1e-3);
  }
  // Two tiles of 0 and 1: the seam rises without a jump larger than a step of the overlap.
  const TileGrid grid(10, 18, 10, 10, 2);
  const std::vector<Tensor> tiles{Tensor::zeros({10, 10}), Tensor::full({10, 10}, 1)};
  const Tensor seam = blend(tiles, grid, 10, 18);
  CHECK(seam.data<float>()[7] == 0);
  CHECK(seam.data<float>()[8] == Approx(1.0 / 4)); // weights 3 and 1
  CHECK(seam.data<float>()[9] == Approx(3.0 / 4));
  CHECK(seam.data<float>()[10] == 1);
  CHECK_THROWS_AS(blend(tiles, grid, 10, 30), ArgumentError);
  CHECK_THROWS_AS(blend(std::span(tiles).first(1), grid, 10, 18), ShapeError);
  CHECK_THROWS_AS(crop(seam, 0, 0, 0, 4), ArgumentError);
  CHECK(crop(seam, 100, 100, 2, 3, 5).picture.data<float>()[5] == 5); // beside the picture
}

TEST_CASE("films are resampled to millimetres a pixel, with a warning where their spacing is a guess") {
  std::string logged;
  set_log_sink([&](LogLevel, const std::string& line) { logged = line; });
  FilmMetadata metadata;
  metadata.pixel_spacing = PixelSpacing{0.1, 0.05, "PixelSpacing"};
  const Resized known = resample_to_spacing(noise_picture(60, 80), metadata, 0.2, 0.07);
  CHECK(known.picture.shape() == Shape{30, 20});
  CHECK(known.mm_per_pixel == 0.2);
  CHECK(known.warning.empty());
  CHECK(logged.empty());
  const Resized guessed = resample_to_spacing(noise_picture(60, 80), {}, 0.14, 0.07);
  CHECK(guessed.picture.shape() == Shape{30, 40});
  CHECK(guessed.mm_per_pixel == 0);
  CHECK(logged == "pixel spacing unknown, 0.07 mm guessed");
  metadata.pixel_spacing->attribute = "ImagerPixelSpacing";
  CHECK_FALSE(resample_to_spacing(noise_picture(60, 80), metadata, 0.2, 0.07).warning.empty());
  CHECK_THROWS_AS(resample_to_spacing(noise_picture(6, 8), metadata, 0, 0.07), ArgumentError);
  set_log_sink({});
}

TEST_CASE("a film of 14,000 x 14,000 pixels is resized and warped") {
  const Tensor film = Tensor::full({14'000, 14'000}, 200, {.dtype = DType::u8});
  CHECK(resize(film, 700, 400, {.filter = ResizeFilter::lanczos}).picture.data<std::uint8_t>()[1234] == 200);
  const Tensor small = warp(film, {AffineTransform::scaling(0.5 / 14, 0.5 / 14)}, 500, 500);
  CHECK(small.data<float>()[250 * 500 + 250] == Approx(200));
}

TEST_CASE("resizes and warps give the same bits on any number of threads", "[threads]") {
  const Tensor picture = noise_picture(300, 200);
  const Warp map{AffineTransform::rotation(0.2), wavy(300, 200, 32, 7)};
  const int before = thread_budget();
  set_thread_budget(1);
  const Tensor warped = warp(picture, map, 300, 200);
  const Tensor resized = resize(picture, 123, 77).picture;
  set_thread_budget(3);
  CHECK(std::ranges::equal(warped.data<float>(), warp(picture, map, 300, 200).data<float>()));
  CHECK(std::ranges::equal(resized.data<std::uint8_t>(),
                           resize(picture, 123, 77).picture.data<std::uint8_t>()));
  set_thread_budget(before);
}
