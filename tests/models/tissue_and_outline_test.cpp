#include "mammo/core/error.hpp"
#include "mammo/core/random.hpp"
#include "mammo/models/density.hpp"
#include "mammo/models/flip_augmentation.hpp"
#include "mammo/models/segmenter.hpp"
#include "mammo/nn/formula.hpp"

#include <algorithm>
#include <cmath>

#include <catch2/catch.hpp>

using namespace mammo;
using namespace mammo::models;

namespace {

DensityConfig small_density() {
  DensityConfig config;
  config.name = "small";
  config.network = {.encoder = {.depth = 18, .width_factor = 0.0625, .input_channels = 1, .num_classes = 0},
                    .decoder_channels = {8, 8, 8, 4, 4},
                    .num_classes = tissue_classes};
  config.input.canvas = {.height = 64, .width = 32, .max_scale = 4};
  return config;
}

SegmenterConfig small_segmenter() {
  SegmenterConfig config;
  config.name = "small";
  config.side = 32;
  config.network = {.encoder = {.depth = 18, .width_factor = 0.0625, .input_channels = 1, .num_classes = 0},
                    .decoder_channels = {8, 8, 8, 4, 4}};
  return config;
}

template <class F>
void check_refused(const F& parse, const std::string& json, const std::string& what) {
  INFO(json);
  CHECK_THROWS_WITH(parse(json, "here"), Catch::Contains("here") && Catch::Contains(what));
}

} // namespace

TEST_CASE("a density model's configuration is read back, and nonsense refused") {
  DensityConfig config = small_density();
  config.scales = {1, 1.5};
  config.fibroglandular_weight = 1.2;
  CHECK(parse_density_config(to_json(config), "here") == config);
  check_refused(parse_density_config, "{", "JSON");
  check_refused(parse_density_config, R"({"network": {"num_classes": 3}})", "num_classes");
  check_refused(parse_density_config, R"({"architecture": "resnet"})", "architecture");
  check_refused(parse_density_config, R"({"cut_points": [0.5, 0.25, 0.75]})", "cut_points");
  check_refused(parse_density_config, R"({"cut_points": [0.5]})", "cut_points");
  check_refused(parse_density_config, R"({"input": {"canvas": {"height": 100}}})", "canvas");
  check_refused(parse_density_config, R"({"scales": []})", "scales");
  check_refused(parse_density_config, R"({"scales": [1, 40]})", "scales");
  check_refused(parse_density_config, R"({"fibroglandular_weight": 0})", "fibroglandular_weight");
  check_refused(parse_density_config, R"({"colour": 1})", "colour");
}

TEST_CASE("percent density is dense area over breast area, soft and without muscle") {
  // Two pixels: background 0.5 and 0, fat 0.25 and 0.2, dense 0.25 and 0.3, muscle 0 and 0.5.
  const Tensor p = Tensor::from<float>({0.5F, 0, 0.25F, 0.2F, 0.25F, 0.3F, 0, 0.5F}, {4, 1, 2});
  CHECK(percent_density(p) == Approx(0.55));
  CHECK(percent_density(Tensor::from<float>({1, 0, 0, 0}, {4, 1, 1})) == 0);
  CHECK_THROWS_AS(percent_density(Tensor::zeros({3, 1, 1})), ShapeError);
  CHECK(most_probable_tissue(p).data<std::uint8_t>()[0] == 0);
  CHECK(most_probable_tissue(p).data<std::uint8_t>()[1] == 3);
  CHECK(most_probable_tissue(p, 1.7).data<std::uint8_t>()[1] == 2);

  const std::vector<double> cuts{0.25, 0.5, 0.75};
  CHECK(density_category(0, cuts) == 'a');
  CHECK(density_category(0.2499, cuts) == 'a');
  CHECK(density_category(0.25, cuts) == 'b');
  CHECK(density_category(0.6, cuts) == 'c');
  CHECK(density_category(1, cuts) == 'd');
}

TEST_CASE("a density model looks at canvases of whole strides, the largest first") {
  DensityConfig config = small_density();
  CHECK(density_canvases(config) == std::vector<Size2d>{{64, 32}});
  config.input.canvas.height = 256;
  config.input.canvas.width = 160;
  config.scales = {1, 1.5, 0.5};
  CHECK(density_canvases(config) == std::vector<Size2d>{{384, 256}, {256, 160}, {128, 96}});
}

TEST_CASE("tissue probabilities sum to one and turn with the film") {
  ResNetUNet network(small_density().network);
  nn::load_by_formula(network);
  Generator generator(1);
  const Tensor film = random_normal({1, 1, 64, 32}, 0, 40, generator);
  const Tensor p = tissue_probabilities(network, film);
  REQUIRE(p.shape() == Shape{4, 64, 32});
  const auto values = p.data<float>();
  constexpr std::size_t n = 64UL * 32;
  for (std::size_t i = 0; i < n; ++i) {
    CHECK(values[i] + values[n + i] + values[2 * n + i] + values[3 * n + i] == Approx(1).margin(1e-5));
  }
  const Tensor turned = mirrored(tissue_probabilities(network, mirrored(film)).reshape({1, 4, 64, 32}));
  CHECK(std::ranges::equal(turned.data<float>(), values));
}

TEST_CASE("a segmenter's configuration is read back, and nonsense refused") {
  const SegmenterConfig config = small_segmenter();
  CHECK(parse_segmenter_config(to_json(config), "here") == config);
  check_refused(parse_segmenter_config, R"({"context": 0.5})", "context");
  check_refused(parse_segmenter_config, R"({"threshold": 1})", "threshold");
  check_refused(parse_segmenter_config, R"({"side": 100})", "side");
  check_refused(parse_segmenter_config, R"({"network": {"num_classes": 2}})", "num_classes");
  check_refused(parse_segmenter_config, R"({"network": {"decoder_channels": [8]}})", "decoder");
  check_refused(parse_segmenter_config, R"({"architecture": "unet"})", "architecture");
}

TEST_CASE("outline probabilities turn with the window") {
  ResNetUNet network(small_segmenter().network);
  nn::load_by_formula(network);
  Generator generator(1);
  const Tensor window = random_normal({32, 32}, 0, 1, generator);
  const Tensor p = outline_probabilities(network, window);
  REQUIRE(p.shape() == Shape{32, 32});
  CHECK(std::ranges::all_of(p.data<float>(), [](float v) { return v > 0 && v < 1; }));
  const Tensor turned_window = mirrored(window.reshape({1, 1, 32, 32})).reshape({32, 32});
  const Tensor turned =
      mirrored(outline_probabilities(network, turned_window).reshape({1, 1, 32, 32})).reshape({32, 32});
  for (std::size_t i = 0; i < 1024; ++i) {
    CHECK(turned.data<float>()[i] == Approx(p.data<float>()[i]).margin(1e-6));
  }
  CHECK_THROWS_AS(outline_probabilities(network, Tensor::zeros({1, 32, 32})), ShapeError);
}
