// Methods on scores whose maps can be written down.
#include "mammo/core/random.hpp"
#include "mammo/explain/grad_cam.hpp"
#include "mammo/explain/input_gradient.hpp"
#include "mammo/explain/integrated_gradients.hpp"
#include "mammo/explain/map.hpp"
#include "mammo/explain/occlusion.hpp"
#include "mammo/explain/smooth_grad.hpp"
#include "mammo/models/resnet.hpp"
#include "mammo/nn/formula.hpp"
#include "mammo/ops/elementwise.hpp"
#include "mammo/ops/reduction.hpp"
#include "mammo/ops/views.hpp"
#include "tests/support/compare.hpp"

#include <numeric>

#include <catch2/catch.hpp>

using namespace mammo;

namespace {

const Shape shape{1, 2, 6, 5};

Tensor x() {
  return nn::formula_tensor("x", shape);
}
Tensor weights() {
  return nn::formula_tensor("weights", shape);
}

// w . x, whose gradient is w everywhere.
Tensor linear_score(const Tensor& input) {
  return sum(multiply(weights(), input));
}
// w . x^2 / 2, whose gradient is w x.
Tensor square_score(const Tensor& input) {
  return sum(multiply(multiply(weights(), multiply(input, input)), Tensor::full({1}, 0.5)));
}

Tensor largest_of_channels(const Tensor& t) {
  return max(abs(t), {0, 1});
}

double total(const Tensor& map) {
  const auto values = test::as_doubles(map);
  return std::accumulate(values.begin(), values.end(), 0.0);
}

} // namespace

TEST_CASE("an input gradient is the largest slope of the channels") {
  test::check_equal({{"linear", explain::input_gradient(linear_score, x()), largest_of_channels(weights())},
                     {"square", explain::input_gradient(square_score, x()),
                      largest_of_channels(multiply(weights(), x()))}});
}

TEST_CASE("SmoothGrad is the mean slope over noisy inputs, whose noise is a part of the input's range") {
  const double range = max(x()).item<float>() - min(x()).item<float>();
  Generator generator(5);
  Tensor noisy = Tensor::zeros(shape);
  for (int i = 0; i < 4; ++i) noisy = add(noisy, add(x(), random_normal(shape, 0, 0.25 * range, generator)));
  const Tensor expected = multiply(multiply(weights(), noisy), Tensor::full({1}, 0.25));
  test::check_equal(
      {{"square", explain::smooth_grad(square_score, x(), {.samples = 4, .noise = 0.25, .seed = 5}),
        largest_of_channels(expected)},
       {"no noise", explain::smooth_grad(square_score, x(), {.samples = 2, .noise = 0}),
        explain::input_gradient(square_score, x())}},
      1e-5);
}

TEST_CASE("integrated gradients of a linear score are its terms, with their signs") {
  const Tensor base = nn::formula_tensor("base", {1, 2, 1, 1});
  const Tensor from_zero = sum(multiply(weights(), x()), {0, 1});
  const Tensor from_base = sum(multiply(weights(), subtract(x(), base)), {0, 1});
  test::check_equal(
      {{"zeros", explain::integrated_gradients(linear_score, x(), {.steps = 1}), from_zero},
       {"a baseline of channels",
        explain::integrated_gradients(linear_score, x(), {.baseline = base, .steps = 3}), from_base}},
      1e-5);
}

TEST_CASE("integrated gradients are complete: they sum to the difference of the scores") {
  models::ResNet net({.depth = 18, .width_factor = 0.25, .input_channels = 1, .num_classes = 3});
  load_by_formula(net);
  const auto score = [&](const Tensor& input) { return select(net.forward(input), 1, 1); };
  const Tensor picture = nn::formula_tensor("picture", {1, 1, 40, 32});
  const Tensor nothing = Tensor::zeros({1, 1, 40, 32});
  const double difference = score(picture).item<float>() - score(nothing).item<float>();
  REQUIRE(std::abs(difference) > 0.1);
  const auto gap = [&](std::int64_t steps) {
    return std::abs(total(explain::integrated_gradients(score, picture, {.steps = steps})) - difference);
  };
  CHECK(gap(100) < 0.01 * std::abs(difference));
  CHECK(gap(100) < gap(2));
}

TEST_CASE("Grad-CAM weighs the channels of a feature map by their mean slopes") {
  // Features are x itself; the score likes the top left corner of channel 0 and dislikes that of channel 1.
  Tensor like = Tensor::zeros({1, 2, 4, 4});
  like.mutable_data<float>()[0] = 16;   // mean 1
  like.mutable_data<float>()[16] = -32; // mean -2
  const Tensor features = nn::formula_tensor("features", {1, 2, 4, 4});
  const auto network = [&](const Tensor& input) {
    const Tensor map = multiply(input, Tensor::full({1}, 1));
    return explain::FeaturesAndScore{map, sum(multiply(map, like))};
  };
  const Tensor plain = explain::grad_cam(network, features);
  const Tensor elementwise = explain::grad_cam(network, features, {.elementwise = true});
  const auto f = features.data<float>();
  for (std::size_t i = 0; i < 16; ++i) {
    CHECK(plain.data<float>()[i] == Approx(std::max(0.0F, f[i] - 2 * f[16 + i])).margin(1e-6));
    const float here = i == 0 ? std::max(0.0F, 16 * f[0] - 32 * f[16]) : 0;
    CHECK(elementwise.data<float>()[i] == Approx(here).margin(1e-5));
  }
}

TEST_CASE("occlusion is the fall of the score, averaged over the windows on a pixel") {
  // 4 pixels in a row with scores of their own, windows of 2 side by side by 1.
  const Tensor row = Tensor::from({1.0F, 2.0F, 4.0F, 8.0F}, {1, 1, 1, 4});
  const auto score = [](const Tensor& input) { return sum(input); };
  const Tensor map = explain::occlusion(score, row, {.window = {1, 2}, .stride = {1, 1}});
  // Windows lose 3, 6, 12.
  CHECK(test::as_doubles(map) == std::vector<double>{3, 4.5, 9, 12});
  const Tensor apart = explain::occlusion(score, row, {.window = {1, 2}, .stride = {1, 2}, .value = 1});
  CHECK(test::as_doubles(apart) == std::vector<double>{1, 1, 10, 10});
  CHECK(test::as_doubles(row) == std::vector<double>{1, 2, 4, 8});
}

TEST_CASE("a blur keeps the sum of what is not at the edge, and its place") {
  Tensor map = Tensor::zeros({31, 41});
  map.mutable_data<float>()[12 * 41 + 25] = 3;
  const Tensor soft = explain::blurred(map, 2.5);
  CHECK(total(soft) == Approx(3).epsilon(1e-5));
  const explain::Peak peak = explain::peak_of(soft);
  CHECK(peak.row == 12);
  CHECK(peak.column == 25);
  // The height of a Gaussian of that width.
  CHECK(peak.value == Approx(3 / (2 * M_PI * 2.5 * 2.5)).epsilon(0.02));
  Tensor copy = explain::blurred(map, 0);
  CHECK(test::as_doubles(copy) == test::as_doubles(map));
  copy.mutable_data<float>()[0] = 1;
  CHECK(map.data<float>()[0] == 0);
  CHECK(explain::peak_of(Tensor::full({2, 2}, 1)).column == 0);
}
