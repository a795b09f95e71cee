#include "mammo/nn/attention.hpp"
#include "mammo/nn/conv2d.hpp"
#include "mammo/nn/conv_transpose2d.hpp"
#include "mammo/nn/dropout.hpp"
#include "mammo/nn/embedding.hpp"
#include "mammo/nn/formula.hpp"
#include "mammo/nn/group_norm.hpp"
#include "mammo/nn/layer_norm.hpp"
#include "mammo/nn/linear.hpp"
#include "mammo/nn/safetensors.hpp"
#include "mammo/ops/autograd.hpp"
#include "mammo/ops/random.hpp"
#include "tests/support/compare.hpp"
#include "tests/support/files.hpp"

#include <algorithm>

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

namespace {

// Result and gradients of tests/goldens/record_training.py, in f64 and f32.
template <class Layer, class Config>
void check_recorded(const std::string& name, const Config& config, const Shape& shape) {
  const nn::SafeTensors golden(test::golden("nn/layers.safetensors"));
  for (const DType dtype : {DType::f64, DType::f32}) {
    Layer layer(config);
    load_by_formula(layer);
    layer.set_trainable("*");
    layer.to(dtype);
    Tensor x = nn::formula_tensor(name + ".x", shape).to(dtype);
    set_requires_grad(x);
    const Tensor y = layer.forward(x);
    backward(y, {.gradient = nn::formula_tensor(name + ".gradient", y.shape())});
    std::vector<test::Compared> gradients{
        {name + ".x.gradient", grad(x), golden.tensor(name + ".x.gradient")}};
    for (const auto& entry : layer.named_parameters()) {
      const std::string key = concat(name, '.', entry.name, ".gradient");
      gradients.push_back({key, grad(entry.tensor), golden.tensor(key)});
    }
    const double tolerance = dtype == DType::f64 ? 1e-12 : 1e-4;
    test::check_equal({{name, y, golden.tensor(name + ".y")}}, tolerance);
    test::check_equal(gradients, tolerance);
  }
}

} // namespace

TEST_CASE("layers and their gradients are PyTorch's") {
  check_recorded<nn::MultiHeadSelfAttention, nn::MultiHeadSelfAttentionConfig>(
      "attention", {.features = 12, .heads = 3}, {2, 5, 12});
  check_recorded<nn::ConvTranspose2d, nn::ConvTranspose2dConfig>("conv_transpose2d",
                                                                 {.in_channels = 6,
                                                                  .out_channels = 4,
                                                                  .kernel = {3, 2},
                                                                  .stride = {3, 2},
                                                                  .padding = {1, 0},
                                                                  .output_padding = {1, 0},
                                                                  .groups = 2},
                                                                 {2, 6, 4, 5});
  check_recorded<nn::LayerNorm, nn::LayerNormConfig>("layer_norm", {.features = 7}, {2, 3, 7});
  check_recorded<nn::GroupNorm, nn::GroupNormConfig>("group_norm", {.groups = 3, .channels = 12},
                                                     {2, 12, 3, 4});
  check_recorded<nn::InstanceNorm2d, nn::InstanceNorm2dConfig>("instance_norm", {.channels = 5},
                                                               {2, 5, 3, 4});
}

TEST_CASE("an embedding looks up rows, and their gradients come back to them") {
  nn::Embedding table({.entries = 3, .features = 2});
  table.load_state_dict({{"weight", Tensor::from<float>({1, 2, 3, 4, 5, 6}, {3, 2})}});
  table.set_trainable("weight");
  const Tensor y = table.forward(Tensor::from<std::int64_t>({2, 0, 2}, {3}));
  test::check_equal({{"rows", y, Tensor::from<float>({5, 6, 1, 2, 5, 6}, {3, 2})}});
  backward(y, {.gradient = Tensor::from<float>({1, 2, 3, 4, 5, 6}, {3, 2})});
  test::check_equal({{"gradient", grad(table.named_parameters()[0].tensor),
                      Tensor::from<float>({3, 4, 0, 0, 6, 8}, {3, 2})}});
  CHECK_THROWS_AS(table.forward(Tensor::from<std::int64_t>({3}, {1})), ArgumentError);
}

TEST_CASE("dropout works in training alone, and draws from the generator of training") {
  nn::Dropout dropout({.probability = 0.25});
  const Tensor x = Tensor::full({4000}, 3);
  CHECK(test::as_doubles(dropout.forward(x)) == test::as_doubles(x));
  dropout.train();
  seed_training(1);
  const auto first = test::as_doubles(dropout.forward(x));
  const auto second = test::as_doubles(dropout.forward(x));
  CHECK(first != second);
  seed_training(1);
  CHECK(test::as_doubles(dropout.forward(x)) == first);
  // Binomial: 1000 expected, deviation sqrt(4000 0.25 0.75) = 27.4; five of them are allowed.
  const auto dropped = static_cast<double>(std::ranges::count(first, 0.0));
  CHECK(dropped == Approx(1000).margin(137));
  CHECK(std::ranges::count(first, 4.0) == 4000 - std::ranges::count(first, 0.0));
}

TEST_CASE("drop path drops whole examples, in training alone") {
  nn::DropPath drop_path({.probability = 0.5});
  const Tensor x = Tensor::full({400, 2, 3}, 1);
  CHECK(test::as_doubles(drop_path.forward(x)) == test::as_doubles(x));
  drop_path.train();
  seed_training(1);
  const auto values = test::as_doubles(drop_path.forward(x));
  int kept = 0;
  for (std::size_t i = 0; i < values.size(); i += 6) {
    CHECK((values[i] == 0 || values[i] == 2));
    CHECK(std::count(values.begin() + static_cast<std::ptrdiff_t>(i),
                     values.begin() + static_cast<std::ptrdiff_t>(i) + 6, values[i]) == 6);
    kept += values[i] != 0;
  }
  // Binomial: 200 expected, deviation 10.
  CHECK(kept == Approx(200).margin(50));
}

TEST_CASE("further layers that cannot be are refused") {
  CHECK_THROWS_AS(nn::ConvTranspose2d({.in_channels = 4, .out_channels = 6, .groups = 4}), ArgumentError);
  CHECK_THROWS_AS(nn::ConvTranspose2d({.in_channels = 4, .out_channels = 0}), ArgumentError);
  CHECK_THROWS_AS(nn::LayerNorm({.features = 0}), ArgumentError);
  CHECK_THROWS_AS(nn::GroupNorm({.groups = 3, .channels = 4}), ArgumentError);
  CHECK_THROWS_AS(nn::GroupNorm({.groups = 0, .channels = 4}), ArgumentError);
  CHECK_THROWS_AS(nn::InstanceNorm2d({.channels = 4, .eps = 0}), ArgumentError);
  CHECK_THROWS_AS(nn::Dropout({.probability = 1}), ArgumentError);
  CHECK_THROWS_AS(nn::DropPath({.probability = -0.1}), ArgumentError);
  CHECK_THROWS_AS(nn::Embedding({.entries = 0, .features = 4}), ArgumentError);
  CHECK_THROWS_AS(nn::MultiHeadSelfAttention({.features = 10, .heads = 3}), ArgumentError);
}

TEST_CASE("layers without weights say so") {
  const Tensor x = Tensor::zeros({1, 4, 4, 4});
  CHECK_THROWS_AS(nn::ConvTranspose2d({.in_channels = 4, .out_channels = 1}).forward(x), TypeError);
  CHECK_THROWS_AS(nn::LayerNorm({.features = 4}).forward(x), TypeError);
  CHECK_THROWS_AS(nn::GroupNorm({.groups = 2, .channels = 4}).forward(x), TypeError);
  CHECK_THROWS_AS(nn::InstanceNorm2d({.channels = 4}).forward(x), TypeError);
  CHECK_THROWS_AS(nn::Embedding({.entries = 1, .features = 4}).forward(x), TypeError);
  CHECK_THROWS_AS(nn::MultiHeadSelfAttention({.features = 4}).forward(x), TypeError);
}
