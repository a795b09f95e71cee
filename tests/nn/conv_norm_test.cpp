#include "mammo/nn/batch_norm.hpp"
#include "mammo/nn/formula.hpp"
#include "mammo/ops/autograd.hpp"
#include "mammo/ops/elementwise.hpp"
#include "mammo/ops/reduction.hpp"
#include "tests/support/compare.hpp"

#include <cmath>

#include <catch2/catch.hpp>

using namespace mammo;

namespace {

struct Pair {
  explicit Pair(bool bias = false, bool frozen = true)
      : conv({.in_channels = 3, .out_channels = 5, .kernel = 3, .stride = 2, .padding = 1, .bias = bias}),
        norm({.channels = 5, .eps = 1e-3, .frozen = frozen}) {
    load_by_formula(conv);
    load_by_formula(norm);
  }

  Tensor in_parts(const Tensor& x, const Tensor& residual = {}) const {
    const Tensor y = norm.forward(conv.forward(x));
    return relu(residual.defined() ? add(y, residual) : y);
  }

  nn::Conv2d conv;
  nn::BatchNorm2d norm;
};

} // namespace

TEST_CASE("a batch norm follows its formula") {
  nn::BatchNorm2d norm({.channels = 2, .eps = 0.5});
  norm.load_state_dict({{"weight", Tensor::from<float>({2, 3}, {2})},
                        {"bias", Tensor::from<float>({1, -1}, {2})},
                        {"running_mean", Tensor::from<float>({4, 0}, {2})},
                        {"running_var", Tensor::from<float>({3.5, 0}, {2})}});
  const Tensor x = Tensor::from<float>({4, 6, 1, -1}, {1, 2, 1, 2});
  const float root = std::sqrt(0.5F);
  test::check_equal(
      {{"norm", norm.forward(x), Tensor::from<float>({1, 3, 3 / root - 1, -3 / root - 1}, {1, 2, 1, 2})}});
}

TEST_CASE("a norm folded into its convolution gives what the two give one after the other") {
  const bool bias = GENERATE(false, true);
  const DType dtype = GENERATE(DType::f32, DType::f64);
  Pair pair(bias);
  pair.conv.to(dtype);
  pair.norm.to(dtype);
  const Tensor x = nn::formula_tensor("x", {2, 3, 9, 8}).to(dtype);
  const Tensor residual = nn::formula_tensor("residual", {2, 5, 5, 4}).to(dtype);
  const double tolerance = dtype == DType::f64 ? 1e-13 : 1e-6;
  test::check_equal({{"alone", conv_norm(pair.conv, pair.norm, x, Activation::relu), pair.in_parts(x)},
                     {"with a residual", conv_norm(pair.conv, pair.norm, x, Activation::relu, residual),
                      pair.in_parts(x, residual)}},
                    tolerance);
}

TEST_CASE("in training a frozen norm is folded too") {
  Pair pair;
  const Tensor x = nn::formula_tensor("x", {1, 3, 6, 6});
  const Tensor residual = nn::formula_tensor("residual", {1, 5, 3, 3});
  const Activation activation = GENERATE(Activation::none, Activation::relu);
  const Tensor fused = conv_norm(pair.conv, pair.norm, x, activation, residual);
  const Tensor alone = conv_norm(pair.conv, pair.norm, x, activation);
  pair.conv.train();
  pair.norm.train();
  test::check_equal({{"residual", conv_norm(pair.conv, pair.norm, x, activation, residual), fused},
                     {"alone", conv_norm(pair.conv, pair.norm, x, activation), alone}},
                    1e-6);
}

TEST_CASE("in training a norm takes its statistics from the batch, and its running ones follow") {
  nn::BatchNorm2d norm({.channels = 1, .eps = 1e-12, .momentum = 0.25});
  norm.load_state_dict({{"weight", Tensor::from<float>({2}, {1})},
                        {"bias", Tensor::from<float>({1}, {1})},
                        {"running_mean", Tensor::from<float>({8}, {1})},
                        {"running_var", Tensor::from<float>({4}, {1})}});
  norm.train();
  // Mean 3, variance 4 (biased), 16 / 3 (unbiased).
  const Tensor x = Tensor::from<float>({1, 5, 1, 5}, {2, 1, 1, 2});
  const Tensor residual = Tensor::from<float>({0, 0, 9, -9}, {2, 1, 1, 2});
  test::check_equal({{"norm", norm.forward(x), Tensor::from<float>({-1, 3, -1, 3}, {2, 1, 1, 2})},
                     {"mean", norm.running_mean(), Tensor::from<float>({6.75}, {1})},
                     {"var", norm.running_var(), Tensor::from<float>({13.0F / 3}, {1})}},
                    1e-6);
  test::check_equal({{"residual and relu", norm.forward(x, Activation::relu, residual),
                      Tensor::from<float>({0, 3, 8, 0}, {2, 1, 1, 2})}},
                    1e-6);
  norm.eval();
  const Tensor mean = norm.running_mean().clone();
  norm.forward(x);
  test::check_equal({{"not at inference", norm.running_mean(), mean}});
}

TEST_CASE("a batch of one value a channel has no statistics") {
  Pair pair(false, false);
  pair.norm.train();
  CHECK_THROWS_AS(pair.norm.forward(Tensor::zeros({1, 5, 1, 1})), ShapeError);
  CHECK_NOTHROW(pair.norm.forward(Tensor::zeros({1, 5, 1, 2})));
}

TEST_CASE("gradients flow through a folded norm as through the two layers") {
  const bool bias = GENERATE(false, true);
  const bool norm_learns = GENERATE(false, true);
  const Tensor x = nn::formula_tensor("x", {2, 3, 6, 6}).to(DType::f64);
  const auto gradients = [&](bool folded) {
    Pair pair(bias);
    pair.conv.to(DType::f64);
    pair.norm.to(DType::f64);
    pair.conv.set_trainable("*");
    if (norm_learns) pair.norm.set_trainable("*");
    const Tensor y = folded ? conv_norm(pair.conv, pair.norm, x, Activation::relu) : pair.in_parts(x);
    backward(sum(multiply(y, y)));
    std::vector<Tensor> found;
    for (const nn::Module* module :
         {static_cast<const nn::Module*>(&pair.conv), static_cast<const nn::Module*>(&pair.norm)}) {
      for (const auto& entry : module->named_parameters()) {
        if (grad(entry.tensor).defined()) found.push_back(grad(entry.tensor));
      }
    }
    return found;
  };
  const auto together = gradients(true);
  const auto apart = gradients(false);
  REQUIRE(together.size() == apart.size());
  CHECK(together.size() == (bias ? 2U : 1U) + (norm_learns ? 2U : 0U));
  for (std::size_t i = 0; i < together.size(); ++i) {
    test::check_equal({{concat("gradient ", i), together[i], apart[i]}}, 1e-12);
  }
}

TEST_CASE("folded weights are made once, and again when any tensor of either changes") {
  Pair pair(true);
  const StorageStamp first = fold(pair.conv, pair.norm).weight.stamp();
  CHECK(fold(pair.conv, pair.norm).weight.stamp() == first);
  const Tensor x = nn::formula_tensor("x", {1, 3, 6, 6});
  for (nn::Module* module : {static_cast<nn::Module*>(&pair.conv), static_cast<nn::Module*>(&pair.norm)}) {
    for (const auto& entry : module->state()) {
      INFO(entry.name);
      const StorageStamp before = fold(pair.conv, pair.norm).weight.stamp();
      Tensor changed = entry.tensor;
      for (float& value : changed.mutable_data<float>()) value += 0.25F;
      CHECK_FALSE(fold(pair.conv, pair.norm).weight.stamp() == before);
      test::check_equal(
          {{entry.name, conv_norm(pair.conv, pair.norm, x, Activation::relu), pair.in_parts(x)}}, 1e-6);
    }
  }
}

TEST_CASE("two norms after one convolution keep their folded weights apart") {
  Pair pair;
  nn::BatchNorm2d other({.channels = 5, .eps = 0.5});
  other.load_state_dict(pair.norm.state_dict());
  const Tensor x = nn::formula_tensor("x", {1, 3, 4, 4});
  for (int round = 0; round < 2; ++round) {
    test::check_equal({{"first", conv_norm(pair.conv, pair.norm, x), pair.norm.forward(pair.conv.forward(x))},
                       {"other", conv_norm(pair.conv, other, x), other.forward(pair.conv.forward(x))}},
                      1e-6);
  }
}

TEST_CASE("a norm for another number of channels is refused") {
  const Pair pair;
  const nn::BatchNorm2d other({.channels = 4});
  CHECK_THROWS_AS(fold(pair.conv, other), ArgumentError);
  CHECK_THROWS_AS(nn::BatchNorm2d({.channels = 0}), ArgumentError);
  CHECK_THROWS_AS(nn::BatchNorm2d({.channels = 1, .eps = 0}), ArgumentError);
}
