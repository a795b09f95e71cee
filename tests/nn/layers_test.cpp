#include "mammo/nn/conv2d.hpp"
#include "mammo/nn/linear.hpp"
#include "tests/support/compare.hpp"

#include <catch2/catch.hpp>

using namespace mammo;

TEST_CASE("a convolution layer weighs, adds its bias and a residual, and clips") {
  nn::Conv2d conv({.in_channels = 1, .out_channels = 1, .kernel = 2, .stride = 2});
  conv.load_state_dict({{"weight", Tensor::from<float>({1, 2, 3, 4}, {1, 1, 2, 2})},
                        {"bias", Tensor::from<float>({-10}, {1})}});
  // 2x2 tiles of 0..7 in two rows: 0 + 2 1 + 3 4 + 4 5 = 34, 2 + 2 3 + 3 6 + 4 7 = 54.
  const Tensor x = Tensor::from<float>({0, 1, 2, 3, 4, 5, 6, 7}, {1, 1, 2, 4});
  test::check_equal({{"plain", conv.forward(x), Tensor::from<float>({24, 44}, {1, 1, 1, 2})}});
  const Tensor residual = Tensor::from<float>({-30, 1}, {1, 1, 1, 2});
  test::check_equal({{"residual and relu", conv.forward(x, Activation::relu, residual),
                      Tensor::from<float>({0, 45}, {1, 1, 1, 2})}});
}

TEST_CASE("a grouped convolution without bias has the weights that its groups see") {
  const nn::Conv2d conv({.in_channels = 6, .out_channels = 4, .kernel = {3, 1}, .groups = 2, .bias = false});
  const auto state = conv.state();
  REQUIRE(state.size() == 1);
  CHECK(state[0].shape == Shape({4, 3, 3, 1}));
}

TEST_CASE("a linear layer multiplies by the transpose of its weights") {
  nn::Linear linear({.in_features = 3, .out_features = 2});
  linear.load_state_dict({{"weight", Tensor::from<float>({1, 2, 3, 4, 5, 6}, {2, 3})},
                          {"bias", Tensor::from<float>({0.5, -40}, {2})}});
  const Tensor x = Tensor::from<float>({1, 1, 1, 1, 0, 2}, {2, 3});
  test::check_equal({{"plain", linear.forward(x), Tensor::from<float>({6.5, -25, 7.5, -24}, {2, 2})}});
  test::check_equal(
      {{"relu", linear.forward(x, Activation::relu), Tensor::from<float>({6.5, 0, 7.5, 0}, {2, 2})}});
}

TEST_CASE("layers that cannot be are refused") {
  CHECK_THROWS_AS(nn::Conv2d({.in_channels = 0, .out_channels = 1}), ArgumentError);
  CHECK_THROWS_AS(nn::Conv2d({.in_channels = 1, .out_channels = 1, .kernel = 0}), ArgumentError);
  CHECK_THROWS_AS(nn::Conv2d({.in_channels = 4, .out_channels = 6, .groups = 4}), ArgumentError);
  CHECK_THROWS_AS(nn::Linear({.in_features = 3, .out_features = -1}), ArgumentError);
}
