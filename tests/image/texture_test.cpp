#include "mammo/core/threads.hpp"
#include "mammo/image/glcm.hpp"
#include "mammo/image/local_binary_pattern.hpp"
#include "mammo/image/scattering.hpp"
#include "tests/image/formula_pictures.hpp"
#include "tests/support/files.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <fstream>
#include <string>
#include <vector>

#include <catch2/catch.hpp>
#include <nlohmann/json.hpp>

using namespace mammo;
using namespace mammo::image;
using namespace mammo::test;
using nlohmann::json;

namespace {

const json& record() {
  static const json parsed = json::parse(std::ifstream(golden("image/texture.json")));
  return parsed;
}

} // namespace

TEST_CASE("co-occurrence and its features are scikit-image's") {
  const Tensor grey = picture(21, 30, [](std::int64_t y, std::int64_t x) { return noise_at(y, x) / 32; });
  for (const json& item : record()["glcm"]) {
    CAPTURE(item["distance"].dump(), item["angle"].dump());
    const Tensor matrix = glcm(
        grey,
        {.levels = 8, .distance = item["distance"], .angle = item["angle"], .symmetric = item["symmetric"]});
    const std::vector<double> expected = item["matrix"];
    bool equal = true;
    for (std::size_t i = 0; i < 64; ++i)
      equal = equal && std::abs(matrix.data<double>()[i] - expected[i]) < 1e-12;
    CHECK(equal);
    const GlcmFeatures f = glcm_features(matrix);
    const std::array<double, 7> features{f.contrast, f.dissimilarity, f.homogeneity, f.asm_,
                                         f.energy,   f.correlation,   f.entropy};
    for (std::size_t i = 0; i < features.size(); ++i)
      CHECK(features[i] == Approx(item["features"][i].get<double>()));
  }
}

TEST_CASE("local binary patterns are scikit-image's") {
  for (const json& item : record()["lbp"]) {
    const std::string method = item["method"];
    CAPTURE(item["points"].dump(), item["radius"].dump(), method);
    const Tensor codes =
        local_binary_pattern(noise_picture(17, 23), {.points = item["points"],
                                                     .radius = item["radius"],
                                                     .method = method == "ror" ? LbpMethod::rotation_invariant
                                                               : method == "uniform" ? LbpMethod::uniform
                                                                                     : LbpMethod::plain});
    const std::vector<std::int32_t> expected = item["codes"];
    CHECK(std::ranges::equal(codes.data<std::int32_t>(), expected));
  }
}

TEST_CASE("texture of even and tiny pictures") {
  for (const int level : {0, 255}) {
    const GlcmFeatures even = glcm_features(glcm(even_picture(5, 6, level)));
    CHECK(even.contrast == 0);
    CHECK(even.asm_ == 1);
    CHECK(even.correlation == 1);
    CHECK(even.entropy == 0);
  }
  const Tensor none = glcm(even_picture(1, 1, 7)); // no pairs
  CHECK(std::ranges::all_of(none.data<double>(), [](double p) { return p == 0; }));
  const Tensor row = glcm(even_picture(1, 9, 3), {.levels = 4});
  CHECK(row.data<double>()[15] == 1);
  const Tensor deep = Tensor::full({4, 4}, 4095, {.dtype = DType::u16});
  CHECK(glcm(deep, {.levels = 4096}).data<double>().back() == 1);
  // Points outside are 0, which is as bright as a black pixel and darker than a white one.
  CHECK(local_binary_pattern(even_picture(1, 1, 0)).item<std::int32_t>() == 255);
  CHECK(local_binary_pattern(even_picture(1, 1, 255)).item<std::int32_t>() == 0);
  CHECK_THROWS_AS(glcm(even_picture(2, 2, 8), {.levels = 8}), ArgumentError);
  CHECK_THROWS_AS(glcm(even_picture(2, 2, 8), {.distance = 0}), ArgumentError);
  CHECK_THROWS_AS(glcm(Tensor::zeros({2, 2})), TypeError);
  CHECK_THROWS_AS(glcm_features(Tensor::zeros({2, 3}, {.dtype = DType::f64})), ShapeError);
  CHECK_THROWS_AS(local_binary_pattern(even_picture(2, 2, 8), {.points = 25}), ArgumentError);
  CHECK_THROWS_AS(local_binary_pattern(even_picture(2, 2, 8), {.radius = 0}), ArgumentError);
  CHECK_THROWS_AS(local_binary_pattern(Tensor()), ShapeError);
}

TEST_CASE("wavelet scattering is kymatio's") {
  const json items = json::parse(std::ifstream(golden("image/scattering.json")));
  for (const json& item : items) {
    CAPTURE(item["height"].dump(), item["scales"].dump(), item["orientations"].dump());
    const std::int64_t height = item["height"];
    const std::int64_t width = item["width"];
    const Scattering scattering(
        height, width,
        {.scales = item["scales"], .orientations = item["orientations"], .order = item["order"]});
    const Tensor features = scattering(noise_picture(height, width));
    REQUIRE(features.shape() == Shape(item["shape"].get<std::vector<std::int64_t>>()));
    CHECK(scattering.paths().size() == item["shape"][0]);
    const std::vector<double> expected = item["features"];
    const double largest = *std::ranges::max_element(expected);
    double difference = 0;
    for (std::size_t i = 0; i < expected.size(); ++i)
      difference = std::max(difference, std::abs(double{features.data<float>()[i]} - expected[i]));
    CHECK(difference <= 1e-5 * largest);
  }
}

TEST_CASE("scattering names its paths, sees no texture in an even picture, and refuses odd ones",
          "[threads]") {
  const Scattering scattering(16, 24, {.scales = 2, .orientations = 3});
  const std::vector<ScatteringPath>& paths = scattering.paths();
  REQUIRE(paths.size() == 1 + 2 * 3 + 3 * 3);
  CHECK(paths[5].scale[0] == 1);
  CHECK(paths[5].orientation[0] == 1);
  CHECK(paths.back().order == 2);
  CHECK(paths.back().scale == std::array{0, 1});
  CHECK(paths.back().orientation == std::array{2, 2});
  const Tensor even = scattering(even_picture(16, 24, 200));
  CHECK(even.shape() == Shape{16, 4, 6});
  for (std::int64_t i = 0; i < even.numel(); ++i) {
    const float expected = i < 24 ? 200.0F : 0.0F;
    CHECK(std::abs(even.data<float>()[static_cast<std::size_t>(i)] - expected) < 0.01F);
  }
  const Tensor noise = noise_picture(16, 24);
  const Tensor features = scattering(noise);
  CHECK(std::ranges::equal(scattering(noise.to(DType::f32)).data<float>(), features.data<float>()));
  const SequentialScope alone;
  CHECK(std::ranges::equal(scattering(noise).data<float>(), features.data<float>()));
  CHECK_THROWS_AS(scattering(even_picture(24, 16, 1)), ShapeError);
  CHECK_THROWS_AS(scattering(Tensor::zeros({16, 24}, {.dtype = DType::f64})), TypeError);
  CHECK_THROWS_AS(Scattering(7, 9, {.scales = 3}), ArgumentError);
  CHECK_THROWS_AS(Scattering(5000, 9, {.scales = 3}), ArgumentError);
  CHECK_THROWS_AS(Scattering(16, 16, {.orientations = 0}), ArgumentError);
  CHECK_THROWS_AS(Scattering(16, 16, {.order = 3}), ArgumentError);
}
