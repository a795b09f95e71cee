// What every method promises: it leaves no trace, takes any network as it is, repeats itself, says what is
// wrong.
#include "mammo/explain/grad_cam.hpp"
#include "mammo/explain/input_gradient.hpp"
#include "mammo/explain/integrated_gradients.hpp"
#include "mammo/explain/map.hpp"
#include "mammo/explain/occlusion.hpp"
#include "mammo/explain/smooth_grad.hpp"
#include "mammo/models/resnet.hpp"
#include "mammo/nn/formula.hpp"
#include "mammo/nn/gradients.hpp"
#include "mammo/ops/autograd.hpp"
#include "mammo/ops/elementwise.hpp"
#include "mammo/ops/reduction.hpp"
#include "mammo/ops/views.hpp"
#include "tests/support/compare.hpp"

#include <map>
#include <string>

#include <catch2/catch.hpp>

using namespace mammo;
using explain::FeaturesAndScore;
using Maps = std::map<std::string, std::vector<double>>;

namespace {

struct Net : models::ResNet {
  Net() : ResNet({.depth = 18, .width_factor = 0.25, .input_channels = 1, .num_classes = 4}) {
    load_by_formula(*this);
  }
  Tensor score(const Tensor& x) const { return select(forward(x), 1, 2); }
  // Of the third stage; a score may be any number that comes from the features.
  FeaturesAndScore features_and_score(const Tensor& x) const {
    const auto stages = features(x);
    return {stages[2], sum(stages[3])};
  }
};

Tensor picture() {
  return nn::formula_tensor("picture", {1, 1, 40, 32});
}

Maps all_maps(const Net& net, const Tensor& x) {
  const auto score = [&](const Tensor& input) { return net.score(input); };
  const auto features = [&](const Tensor& input) { return net.features_and_score(input); };
  const std::map<std::string, Tensor> maps = {
      {"input gradient", explain::input_gradient(score, x)},
      {"SmoothGrad", explain::smooth_grad(score, x, {.samples = 3, .seed = 1})},
      {"integrated gradients", explain::integrated_gradients(score, x, {.steps = 3})},
      {"Grad-CAM", explain::grad_cam(features, x)},
      {"occlusion", explain::occlusion(score, x)},
  };
  Maps values;
  for (const auto& [name, map] : maps) {
    INFO(name);
    CHECK(map.dtype() == DType::f32);
    CHECK(map.shape() == Shape{x.size(2), x.size(3)});
    CHECK(map.is_contiguous());
    CHECK_FALSE(requires_grad(map));
    values[name] = test::as_doubles(map);
    CHECK(test::largest_magnitude(values[name]) > 0);
  }
  return values;
}

} // namespace

TEST_CASE("methods leave no gradients, no other mode and no other weights with a network") {
  Net net;
  net.set_trainable("*");
  const Tensor x = picture();
  backward(net.score(x));
  const double norm = nn::gradient_norm(net);
  REQUIRE(norm > 0);
  std::vector<StorageStamp> before;
  for (const auto& entry : net.state()) before.push_back(entry.tensor.stamp());
  all_maps(net, x);
  CHECK(nn::gradient_norm(net) == norm);
  CHECK_FALSE(net.training());
  CHECK_FALSE(requires_grad(x));
  std::size_t i = 0;
  for (const auto& entry : net.state()) {
    CHECK(entry.trainable == (entry.kind == nn::StateKind::parameter));
    CHECK((entry.tensor.stamp() == before[i++]));
  }
  nn::clear_gradients(net);
  all_maps(net, x);
  CHECK(nn::gradient_norm(net) == 0);
}

TEST_CASE("a network in training stays there") {
  models::ResNet net(
      {.depth = 18, .width_factor = 0.25, .input_channels = 1, .frozen_norm = true, .num_classes = 4});
  load_by_formula(net);
  net.train();
  explain::input_gradient([&](const Tensor& x) { return select(net.forward(x), 1, 0); }, picture());
  CHECK(net.training());
}

TEST_CASE("methods work with frozen weights, without recording around them, and on an input with gradients") {
  Net trainable;
  trainable.set_trainable("*");
  const Net frozen;
  Tensor leaf = picture();
  set_requires_grad(leaf);
  const Maps expected = all_maps(trainable, picture());
  const NoGrad off;
  const Maps actual = all_maps(frozen, leaf);
  CHECK_FALSE(gradients_enabled());
  CHECK_FALSE(grad(leaf).defined());
  for (const auto& [name, values] : expected) {
    INFO(name);
    const auto count = static_cast<std::int64_t>(values.size());
    // Frozen layers are fused, trainable ones are not.
    test::check_equal({{name, Tensor::from(actual.at(name), {count}), Tensor::from(values, {count})}});
  }
}

TEST_CASE("the same input, options and seed give the same bits; another seed other noise") {
  const Net net;
  CHECK((all_maps(net, picture()) == all_maps(net, picture())));
  const auto score = [&](const Tensor& input) { return net.score(input); };
  const auto seeded = [&](std::uint64_t seed) {
    return test::as_doubles(explain::smooth_grad(score, picture(), {.samples = 2, .seed = seed}));
  };
  CHECK(seeded(1) == seeded(1));
  CHECK(seeded(1) != seeded(2));
}

TEST_CASE("what cannot be explained is refused") {
  const Net net;
  const Tensor x = picture();
  const auto score = [&](const Tensor& input) { return net.score(input); };
  const auto features = [&](const Tensor& input) { return net.features_and_score(input); };

  for (const Tensor& wrong :
       {Tensor(), Tensor::zeros({1, 40, 32}), Tensor::zeros({2, 1, 40, 32}), Tensor::zeros({1, 1, 0, 32})}) {
    CHECK_THROWS_AS(explain::input_gradient(score, wrong), ShapeError);
    CHECK_THROWS_AS(explain::smooth_grad(score, wrong), ShapeError);
    CHECK_THROWS_AS(explain::integrated_gradients(score, wrong), ShapeError);
    CHECK_THROWS_AS(explain::grad_cam(features, wrong), ShapeError);
    CHECK_THROWS_AS(explain::occlusion(score, wrong), ShapeError);
  }
  CHECK_THROWS_AS(explain::input_gradient(score, Tensor::zeros({1, 1, 40, 32}, {.dtype = DType::u8})),
                  TypeError);

  const auto all_logits = [&](const Tensor& input) { return net.forward(input); };
  CHECK_THROWS_AS(explain::input_gradient(all_logits, x), ShapeError);
  CHECK_THROWS_AS(explain::occlusion(all_logits, x), ShapeError);
  const auto constant = [&](const Tensor&) { return net.score(picture()); };
  CHECK_THROWS_AS(explain::input_gradient(constant, x), ArgumentError);
  const auto own_weight = [&](const Tensor&) {
    Tensor weight = Tensor::full({1}, 2);
    set_requires_grad(weight);
    return sum(multiply(weight, weight));
  };
  CHECK_THROWS_AS(explain::input_gradient(own_weight, x), ArgumentError);
  const auto other_features = [&](const Tensor& input) {
    return FeaturesAndScore{net.features(input)[1], net.score(input)}; // of another pass
  };
  CHECK_THROWS_AS(explain::grad_cam(other_features, x), ArgumentError);
  const auto flat_features = [&](const Tensor& input) {
    const auto [map, value] = net.features_and_score(input);
    return FeaturesAndScore{flatten(map), value};
  };
  CHECK_THROWS_AS(explain::grad_cam(flat_features, x), ShapeError);

  CHECK_THROWS_AS(explain::smooth_grad(score, x, {.samples = 0}), ArgumentError);
  CHECK_THROWS_AS(explain::smooth_grad(score, x, {.noise = -0.1}), ArgumentError);
  CHECK_THROWS_AS(explain::smooth_grad(score, x, {.noise = NAN}), ArgumentError);
  CHECK_THROWS_AS(explain::integrated_gradients(score, x, {.steps = 0}), ArgumentError);
  CHECK_THROWS_AS(explain::integrated_gradients(score, x, {.baseline = Tensor::zeros({3, 3})}), ShapeError);
  CHECK_THROWS_AS(explain::occlusion(score, x, {.window = 64}), ArgumentError);
  CHECK_THROWS_AS(explain::occlusion(score, x, {.window = 8, .stride = 9}), ArgumentError);
  CHECK_THROWS_AS(explain::occlusion(score, x, {.window = 8, .stride = 0}), ArgumentError);
  CHECK_THROWS_AS(explain::blurred(Tensor::zeros({4}), 1), ShapeError);
  CHECK_THROWS_AS(explain::blurred(Tensor::zeros({4, 4}), -1), ArgumentError);
  CHECK_THROWS_AS(explain::peak_of(Tensor::zeros({0, 4})), ShapeError);
}
