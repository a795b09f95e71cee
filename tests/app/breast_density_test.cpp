#include "mammo/app/breast_density.hpp"
#include "mammo/nn/formula.hpp"
#include "tests/app/films.hpp"
#include "tests/support/compare.hpp"

#include <algorithm>

#include <catch2/catch.hpp>

using namespace mammo;
using namespace mammo::app;

namespace {

models::DensityConfig small_density() {
  models::DensityConfig config;
  config.network = {.encoder = {.depth = 18, .width_factor = 0.0625, .input_channels = 1, .num_classes = 0},
                    .decoder_channels = {8, 8, 8, 4, 4},
                    .num_classes = models::tissue_classes};
  config.input.canvas = {.height = 64, .width = 32, .max_scale = 4};
  return config;
}

BreastDensity density_at(std::vector<double> scales, double weight = 1) {
  models::DensityConfig config = small_density();
  config.scales = std::move(scales);
  config.fibroglandular_weight = weight;
  models::ResNetUNet network(config.network);
  nn::load_by_formula(network);
  return breast_density(network, config, test::formula_film(256, 160));
}

double dense_pixels(const BreastDensity& density) {
  const Tensor map = tissue_on_film(density, {256, 160}, {256, 160});
  return static_cast<double>(std::ranges::count(
      map.data<std::uint8_t>(), static_cast<std::uint8_t>(models::TissueClass::fibroglandular)));
}

} // namespace

TEST_CASE("Density is the mean of what is seen on several canvases, given on the largest") {
  const BreastDensity once = density_at({1});
  CHECK(once.probabilities.shape() == Shape{4, 64, 32});
  const BreastDensity twice = density_at({1, 1});
  test::check_equal({{"probabilities", twice.probabilities, once.probabilities}}, 1e-5);
  CHECK(twice.percent == Approx(once.percent));

  const BreastDensity both = density_at({1, 2});
  REQUIRE(both.probabilities.shape() == Shape{4, 128, 64});
  const BreastDensity large = density_at({2});
  CHECK(both.percent > std::min(once.percent, large.percent));
  CHECK(both.percent < std::max(once.percent, large.percent));
  const auto p = both.probabilities.data<float>();
  constexpr std::size_t n = 128UL * 64;
  for (std::size_t i = 0; i < n; ++i)
    CHECK(p[i] + p[n + i] + p[2 * n + i] + p[3 * n + i] == Approx(1).margin(1e-4));
}

TEST_CASE("The weight of fibroglandular tissue changes its map and not its percentage") {
  const BreastDensity plain = density_at({1});
  const BreastDensity weighted = density_at({1}, 3);
  CHECK(weighted.percent == plain.percent);
  CHECK(dense_pixels(weighted) > dense_pixels(plain));
}
