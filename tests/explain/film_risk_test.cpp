#include "mammo/backend/dispatch.hpp"
#include "mammo/explain/film_risk.hpp"
#include "mammo/explain/input_gradient.hpp"
#include "mammo/explain/map.hpp"
#include "mammo/nn/formula.hpp"
#include "mammo/nn/safetensors.hpp"
#include "mammo/ops/arrange.hpp"
#include "mammo/ops/autograd.hpp"
#include "mammo/ops/elementwise.hpp"
#include "mammo/ops/losses.hpp"
#include "mammo/ops/reduction.hpp"
#include "mammo/ops/views.hpp"
#include "tests/support/compare.hpp"
#include "tests/support/files.hpp"

#include <array>

#include <catch2/catch.hpp>

using namespace mammo;
using explain::centroid_of_largest;

namespace {

// [H, W], 0 but for a rectangle of ones.
Tensor patch(std::int64_t height, std::int64_t width, const Box& box) {
  Tensor map = Tensor::zeros({height, width});
  const auto y = static_cast<std::int64_t>(box.y);
  const auto x = static_cast<std::int64_t>(box.x);
  Tensor inside = map.slice(0, y, y + static_cast<std::int64_t>(box.height))
                      .slice(1, x, x + static_cast<std::int64_t>(box.width));
  inside.copy_from(Tensor::full(inside.shape(), 1));
  return map;
}

// Class scores (0, sum of weight x), whose risk has the gradient `weight` wherever it is taken.
explain::RiskNetwork linear_network(const Tensor& weight) {
  return [weight](const Tensor& x) {
    const Tensor positive = reshape(sum(multiply(reshape(x, weight.shape()), weight)), {1, 1});
    return concatenate(std::array{Tensor::zeros({1, 1}), positive}, 1);
  };
}

// Class scores that do not matter: the Attention model where only the region is looked at.
Tensor indifferent(const Tensor&) {
  return Tensor::from({0.0F, 0.5F}, {1, 2});
}

struct Small : models::ResNet {
  explicit Small(std::int64_t depth, DType dtype = DType::f32)
      : ResNet({.depth = depth, .width_factor = 0.25, .input_channels = 1, .num_classes = 2}) {
    load_by_formula(*this);
    to(dtype);
  }
};

explain::RiskNetwork network_of(const models::ResNet& net) {
  return [&net](const Tensor& x) { return net.forward(x); };
}

constexpr std::int64_t side = 48; // of what the recorded networks saw

// tests/goldens/record_film_risk.py: the loss for either class.
void check_recorded_gradients(DType dtype) {
  const nn::SafeTensors golden(test::golden("explain/film_risk.safetensors"));
  const Small holistic(18, dtype);
  const Tensor picture = golden.tensor("picture").reshape({1, 1, side, side}).to(dtype);
  for (const std::int64_t label : {0, 1}) {
    const auto loss = [&](const Tensor& x) {
      return cross_entropy_loss(holistic.forward(x), Tensor::from({label}, {1}));
    };
    const std::string name = concat("gradient.", label);
    test::check_equal({{name, explain::input_gradient(loss, picture), golden.tensor(name)}});
  }
}

} // namespace

TEST_CASE("the centroid of the largest elements counts each alike and no zeros") {
  Tensor map = Tensor::zeros({10, 20});
  const auto values = map.mutable_data<float>();
  values[2 * 20 + 4] = 1;
  values[6 * 20 + 10] = 100;
  const Point both = centroid_of_largest(map, 0.01); // two of 200
  CHECK(both.x == Approx(7.5));
  CHECK(both.y == Approx(4.5));
  const Point more = centroid_of_largest(map, 0.5); // the other 98 are 0
  CHECK(more.x == Approx(7.5));
  CHECK(more.y == Approx(4.5));
  const Point one = centroid_of_largest(map, 0.001); // a fifth of a pixel: one
  CHECK(one.x == 10.5);
  CHECK(one.y == 6.5);
  const Point all = centroid_of_largest(Tensor::full({10, 20}, 3), 1);
  CHECK(all.x == 10);
  CHECK(all.y == 5);
  const Point first = centroid_of_largest(Tensor::full({10, 20}, 3), 0.01); // of equal ones the first two
  CHECK(first.x == 1);
  CHECK(first.y == 0.5);
}

TEST_CASE("maps that have no largest elements are refused") {
  CHECK_THROWS_AS(centroid_of_largest(Tensor::zeros({4, 4}), 0.01), ArgumentError);
  CHECK_THROWS_AS(centroid_of_largest(Tensor::full({4, 4}, -1), 0.01), ArgumentError);
  CHECK_THROWS_AS(centroid_of_largest(Tensor::full({4, 4}, NAN), 0.01), ArgumentError);
  CHECK_THROWS_AS(centroid_of_largest(Tensor::full({4, 4}, 1), 0), ArgumentError);
  CHECK_THROWS_AS(centroid_of_largest(Tensor::full({4, 4}, 1), 1.5), ArgumentError);
  CHECK_THROWS_AS(centroid_of_largest(Tensor::full({4}, 1), 0.5), ShapeError);
}

TEST_CASE("a network that looks at one patch attends to its middle, however sure it is") {
  const Tensor weight = patch(60, 50, {30, 12, 6, 5});   // all of a hundredth of the pixels
  for (const double level : {0.0, 0.1, 100.0, -100.0}) { // risks of 0, 3, 3000, -3000
    INFO(level);
    const auto seen = explain::attended(linear_network(weight), Tensor::full({1, 1, 60, 50}, level));
    CHECK(seen.risk == Approx(30 * level).epsilon(1e-6));
    CHECK(seen.centre.x == Approx(33));
    CHECK(seen.centre.y == Approx(14.5));
  }
}

TEST_CASE("the region lies around the patch of the film, and is kept inside it") {
  // Films of 200 x 100 pixels, seen reduced to 100 x 50, of which rows 25 to 75 are left.
  const Tensor film = Tensor::full({200, 100}, 0.01);
  const auto region_of = [&](const Box& seen) {
    return explain::film_risk(linear_network(patch(50, 50, seen)), indifferent, film, 50);
  };
  const auto middle = region_of({25, 20, 5, 5}); // of the film: columns 50 to 60, rows 90 to 100
  CHECK(middle.centre.x == Approx(55));
  CHECK(middle.centre.y == Approx(95));
  CHECK(middle.region == Box{30, 70, 50, 50});
  CHECK(middle.holistic == Approx(0.25));
  CHECK(middle.attention == Approx(0.5));
  CHECK(middle.ensemble == Approx(0.375));

  CHECK(region_of({0, 0, 5, 5}).region == Box{0, 30, 50, 50});     // around (5, 55)
  CHECK(region_of({45, 45, 5, 5}).region == Box{50, 120, 50, 50}); // around (95, 145)
}

TEST_CASE("a film smaller than the region lies between zeros") {
  const Tensor film = Tensor::full({90, 40}, 2); // enlarged to 113 x 50
  Tensor shown;
  const auto keep = [&](const Tensor& x) {
    shown = x.clone();
    return indifferent(x);
  };
  const auto risk = explain::film_risk(linear_network(patch(50, 50, {20, 20, 5, 5})), keep, film, 50);
  CHECK(risk.region.x == -5);
  REQUIRE(shown.shape() == Shape{1, 1, 50, 50});
  const auto pixels = test::as_doubles(shown);
  CHECK(pixels[20 * 50 + 4] == 0);
  CHECK(pixels[20 * 50 + 5] == 2);
  CHECK(pixels[20 * 50 + 44] == 2);
  CHECK(pixels[20 * 50 + 45] == 0);
}

TEST_CASE("gradients of the loss are PyTorch's") {
  check_recorded_gradients(DType::f32);
}

TEST_CASE("gradients of the loss are PyTorch's, in f64 on the reference backend", "[slow]") {
  const ExecutionScope scope({.backend = "reference"});
  check_recorded_gradients(DType::f64);
}

TEST_CASE("a film's picture, centre, region and risks are PyTorch's") {
  const nn::SafeTensors golden(test::golden("explain/film_risk.safetensors"));
  const Small holistic(18);
  const Small attention(34);
  const Tensor film = nn::formula_tensor("film", {171, 130});

  const Tensor picture = models::holistic_input(film, side).picture;
  test::check_equal({{"picture", picture.reshape({side, side}), golden.tensor("picture")}});
  const auto seen = explain::attended(network_of(holistic), picture);
  const auto centre = test::as_doubles(golden.tensor("centre"));
  CHECK(seen.centre.x == Approx(centre[0]));
  CHECK(seen.centre.y == Approx(centre[1]));

  const auto risk = explain::film_risk(network_of(holistic), network_of(attention), film, side);
  const auto corner = test::as_doubles(golden.tensor("region"));
  CHECK(risk.region == Box{corner[0], corner[1], side, side});
  const auto difference = [&](const char* name) {
    const auto scores = test::as_doubles(golden.tensor(name));
    return scores[1] - scores[0];
  };
  CHECK(risk.holistic == Approx(difference("holistic")).epsilon(1e-4));
  CHECK(risk.attention == Approx(difference("attention")).epsilon(1e-4));
  CHECK(risk.ensemble == (risk.holistic + risk.attention) / 2);
}

TEST_CASE("the loss for either class and the risk itself have the same centre of attention") {
  const Small net(18);
  const Tensor picture = nn::formula_tensor("picture", {1, 1, 40, 56});
  const Point expected = explain::attended(network_of(net), picture).centre;
  const auto centre_by = [&](const explain::Score& score) {
    return centroid_of_largest(explain::input_gradient(score, picture), explain::attention_fraction);
  };
  const auto check = [&](const Point& centre) {
    CHECK(centre.x == Approx(expected.x));
    CHECK(centre.y == Approx(expected.y));
  };
  for (const std::int64_t label : {0, 1}) {
    check(centre_by(
        [&](const Tensor& x) { return cross_entropy_loss(net.forward(x), Tensor::from({label}, {1})); }));
  }
  check(centre_by([&](const Tensor& x) { return models::image_risks(net.forward(x)); }));
}

TEST_CASE("networks and pictures that have no centre of attention are refused") {
  const Tensor picture = Tensor::full({1, 1, 10, 10}, 1);
  CHECK_THROWS_AS(explain::attended(indifferent, picture), ArgumentError);
  CHECK_THROWS_AS(explain::attended(linear_network(Tensor::zeros({10, 10})), picture), ArgumentError);
  CHECK_THROWS_AS(explain::attended([](const Tensor& x) { return mean(x, {1, 3}); }, picture), ShapeError);
  CHECK_THROWS_AS(explain::attended(indifferent, Tensor::zeros({1, 3, 10, 10})), ShapeError);
  CHECK_THROWS_AS(explain::film_risk(indifferent, indifferent, Tensor::zeros({1, 10, 10})), ShapeError);
}
