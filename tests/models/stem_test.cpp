#include "mammo/models/densenet.hpp"
#include "mammo/models/pathology_ensemble.hpp"
#include "mammo/models/resnet.hpp"
#include "mammo/models/stem.hpp"
#include "mammo/nn/formula.hpp"
#include "mammo/nn/safetensors.hpp"
#include "mammo/ops/arrange.hpp"
#include "tests/support/compare.hpp"
#include "tests/support/files.hpp"

#include <algorithm>
#include <array>
#include <cmath>

#include <catch2/catch.hpp>

using namespace mammo;
using models::with_grey_stem;

namespace {

template <class Net, class Config>
void check_grey(Config config) {
  config.input_channels = 3;
  Net colour(config);
  load_by_formula(colour);
  config.input_channels = 1;
  Net grey(config);
  const nn::StateDict weights = colour.state_dict();
  CHECK_THROWS_AS(grey.load_state_dict(weights), nn::StateDictError);
  grey.load_state_dict(with_grey_stem(weights, grey));

  const Tensor x = nn::formula_tensor("x", {2, 1, 64, 48});
  test::check_equal({{"logits", grey.forward(x), colour.forward(concatenate(std::array{x, x, x}, 1))}}, 1e-5);
}

} // namespace

TEST_CASE("a grey picture gives what it gives a colour network when repeated three times") {
  check_grey<models::ResNet>(models::ResNetConfig{.depth = 18, .width_factor = 0.25, .num_classes = 10});
  check_grey<models::DenseNet>(
      models::DenseNetConfig{.num_classes = 4, .growth_rate = 6, .blocks = {2, 2}, .init_features = 8});
}

TEST_CASE("weights on ImageNet can begin a network of grey pictures") {
  const nn::SafeTensors file(test::shared("weights/resnet50_half") / "weights.safetensors");
  models::ResNet net(models::pathology_ensemble_half().branch);
  net.load_state_dict(with_grey_stem(file.tensors(), net));
  const auto actual = test::as_doubles(net.state_dict().at("conv1.weight"));
  const auto colour = test::as_doubles(file.tensor("conv1.weight")); // [64, 3, 7, 7]
  REQUIRE(actual.size() * 3 == colour.size());
  constexpr std::size_t pixels = 49;
  double worst = 0;
  for (std::size_t i = 0; i < actual.size(); ++i) {
    const std::size_t red = i / pixels * 3 * pixels + i % pixels;
    worst = std::max(worst,
                     std::abs(actual[i] - (colour[red] + colour[red + pixels] + colour[red + 2 * pixels])));
  }
  CHECK(worst <= 1e-6);
}

TEST_CASE("only a stem of three channels where one is wanted is added up") {
  models::ResNet grey({.depth = 18, .width_factor = 0.25, .input_channels = 1, .num_classes = 0});
  const auto stem_of = [&](const Shape& shape) {
    return with_grey_stem({{"conv1.weight", Tensor::zeros(shape)}, {"other", Tensor::zeros(shape)}}, grey);
  };
  CHECK(stem_of({64, 3, 7, 7}).at("conv1.weight").shape() == Shape{64, 1, 7, 7});
  CHECK(stem_of({64, 3, 7, 7}).at("other").shape() == Shape{64, 3, 7, 7});
  CHECK(stem_of({64, 2, 7, 7}).at("conv1.weight").shape() == Shape{64, 2, 7, 7});
  CHECK(stem_of({64, 3, 5, 5}).at("conv1.weight").shape() == Shape{64, 3, 5, 5});

  models::ResNet colour({.depth = 18, .width_factor = 0.25, .num_classes = 0});
  load_by_formula(colour);
  const auto same = with_grey_stem(colour.state_dict(), colour);
  CHECK(test::as_doubles(same.at("conv1.weight")) ==
        test::as_doubles(colour.state_dict().at("conv1.weight")));
}
