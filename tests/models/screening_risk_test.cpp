#include "mammo/models/screening_risk.hpp"
#include "mammo/models/zoo.hpp"
#include "mammo/nn/formula.hpp"
#include "tests/support/compare.hpp"

#include <cmath>
#include <vector>

#include <catch2/catch.hpp>

using namespace mammo;
using namespace mammo::models;

namespace {

// Film of height x width whose pixel in row i and column j is f(i, j).
template <class F>
Tensor film_of(std::int64_t height, std::int64_t width, F f) {
  std::vector<float> pixels;
  for (int i = 0; i < height; ++i) {
    for (int j = 0; j < width; ++j) pixels.push_back(static_cast<float>(f(i, j)));
  }
  return Tensor::from(pixels, {height, width});
}

double at(const Tensor& picture, std::int64_t row, std::int64_t column) {
  return double{picture.data<float>()[static_cast<std::size_t>(row * picture.size(-1) + column)]};
}

} // namespace

TEST_CASE("the risk networks are torchvision's ResNet-101 with one channel and two outputs") {
  const ResNet net(risk_resnet101());
  // torchvision's count, its classifier of 1000 and its stem of three channels less two.
  CHECK(net.parameter_count() == 44549160 - (2048 * 1000 + 1000) + (2048 * 2 + 2) - 2 * 64 * 7 * 7);
  const Network network = make_network("risk_resnet101");
  CHECK(network.inputs.at(0).shape == Shape{1, 1, 976, 976});
  CHECK(network.module->parameter_count() == net.parameter_count());
}

TEST_CASE("the Attention model starts from the Holistic model's weights and goes its own way") {
  ResNet holistic({.depth = 18, .width_factor = 0.25, .input_channels = 1, .num_classes = 2});
  load_by_formula(holistic);
  const auto attention = nn::clone(holistic);
  const Tensor x = nn::formula_tensor("x", {1, 1, 40, 40});
  const auto before = test::as_doubles(holistic.forward(x));
  CHECK(test::as_doubles(attention->forward(x)) == before);
  Tensor bias = attention->state_dict().at("fc.bias");
  bias.mutable_data<float>()[1] += 1;
  CHECK(test::as_doubles(attention->forward(x))[1] == Approx(before[1] + 1));
  CHECK(test::as_doubles(holistic.forward(x)) == before);
}

TEST_CASE("a risk is the positive less the negative score") {
  const Tensor risks = image_risks(Tensor::from({1.0F, 3.5F, 2.0F, -4.0F}, {2, 2}));
  CHECK(test::as_doubles(risks) == std::vector<double>{2.5, -6});
  CHECK_THROWS_AS(image_risks(Tensor::zeros({2, 3})), ShapeError);
}

TEST_CASE("a film is reduced to the width and its middle cropped out") {
  // 60 x 40 to 30 x 20, of which rows 5 to 25 stay; a mean of two columns and two rows.
  const Tensor film = film_of(60, 40, [](double i, double j) { return 100 * i + j; });
  const auto [picture, to_input] = holistic_input(film, 20);
  REQUIRE(picture.shape() == Shape{1, 1, 20, 20});
  for (const std::int64_t row : {0, 7, 19}) {
    for (const std::int64_t column : {0, 3, 19}) {
      const auto i = static_cast<double>(2 * (row + 5)) + 0.5;
      CHECK(at(picture, row, column) == Approx(100 * i + static_cast<double>(2 * column) + 0.5));
    }
  }
  const Point corner = to_input.inverse().apply(Point{0, 0});
  CHECK(corner.x == Approx(0).margin(1e-12));
  CHECK(corner.y == Approx(10));
}

TEST_CASE("the transform of a film leads to where its pixels went") {
  // A line y = 100 and a line x = 61 of a film whose size is no multiple of the picture's.
  const Tensor film = film_of(203, 131, [](double i, double j) { return i == 100 || j == 61 ? 1 : 0; });
  const auto [picture, to_input] = holistic_input(film, 48);
  const Point place = to_input.apply(Point{61.5, 100.5});
  const auto row = static_cast<std::int64_t>(place.y);
  const auto column = static_cast<std::int64_t>(place.x);
  CHECK(at(picture, row, 0) > 0.2);
  CHECK(at(picture, 0, column) > 0.2);
  CHECK(at(picture, row - 2, 0) == 0);
  CHECK(at(picture, row + 2, 0) == 0);
  CHECK(at(picture, 0, column - 2) == 0);
  CHECK(at(picture, 0, column + 2) == 0);
}

TEST_CASE("a film narrower than the picture is enlarged, one that is wide lies between zeros") {
  const Tensor narrow = film_of(30, 10, [](double, double j) { return j; });
  const auto [large, _] = holistic_input(narrow, 20);
  CHECK(at(large, 10, 9) == Approx(4.25)); // between the centres of columns 4 and 5
  CHECK(at(large, 10, 10) == Approx(4.75));

  const Tensor wide = Tensor::full({20, 40}, 1);
  const auto [picture, to_input] = holistic_input(wide, 20);
  CHECK(at(picture, 4, 10) == 0);
  CHECK(at(picture, 5, 10) == 1);
  CHECK(at(picture, 14, 10) == 1);
  CHECK(at(picture, 15, 10) == 0);
  CHECK(to_input.apply(Point{0, 0}).y == Approx(5));
}

TEST_CASE("the Attention model sees the film's own pixels, and zeros beyond") {
  const Tensor film = film_of(30, 20, [](double i, double j) { return 1 + 100 * i + j; });
  const Tensor inside = attention_input(film, {3, 8, 10, 10});
  REQUIRE(inside.shape() == Shape{1, 1, 10, 10});
  CHECK(at(inside, 0, 0) == 804);
  CHECK(at(inside, 9, 9) == 1713);
  const Tensor beyond = attention_input(film, {-5, 25, 30, 30}); // columns -5 to 25, rows 25 to 55
  CHECK(at(beyond, 0, 4) == 0);
  CHECK(at(beyond, 0, 5) == 2501);
  CHECK(at(beyond, 4, 24) == 2920);
  CHECK(at(beyond, 4, 25) == 0);
  CHECK(at(beyond, 5, 10) == 0);
  CHECK(test::largest_magnitude(test::as_doubles(attention_input(film, {100, 100, 5, 5}))) == 0);
}

TEST_CASE("a breast's risk is a sum, an exam's a maximum, the ensemble's a mean") {
  const BreastScores breasts =
      breast_scores({.left_cc = 1.5, .left_mlo = -4, .right_cc = 0.25, .right_mlo = 1});
  CHECK(breasts.left == -2.5);
  CHECK(breasts.right == 1.25);
  CHECK(exam_score(breasts) == 1.25);
  CHECK(ensemble_risk(1, -4) == -1.5);
  CHECK_THROWS_AS(exam_score({.left = NAN, .right = 1}), ArgumentError);
  CHECK_THROWS_AS(exam_score({.left = 1, .right = INFINITY}), ArgumentError);
}

TEST_CASE("radiologists' scores of an exam: one reader's maximum, two readers' largest sum") {
  const BreastScores first{.left = 1, .right = 3};
  const BreastScores second{.left = 3, .right = 2};
  CHECK(exam_score(first) == 3);
  CHECK(exam_score(double_reading(first, second)) == 5);
  // Not the sum of their maxima, which would be 6.
  CHECK(exam_score(double_reading({.left = 4, .right = 1}, {.left = 1, .right = 3})) == 5);
}

TEST_CASE("films and boxes that are none are refused") {
  CHECK_THROWS_AS(holistic_input(Tensor()), ShapeError);
  CHECK_THROWS_AS(holistic_input(Tensor::zeros({1, 40, 30})), ShapeError);
  CHECK_THROWS_AS(holistic_input(Tensor::zeros({0, 30})), ShapeError);
  CHECK_THROWS_AS(holistic_input(Tensor::zeros({40, 30}, {.dtype = DType::u16})), TypeError);
  CHECK_THROWS_AS(holistic_input(Tensor::zeros({40, 30}), 0), ArgumentError);
  CHECK_THROWS_AS(attention_input(Tensor::zeros({40, 30}), {0.5, 0, 10, 10}), ArgumentError);
  CHECK_THROWS_AS(attention_input(Tensor::zeros({40, 30}), {0, 0, 10, 0}), ArgumentError);
  CHECK_THROWS_AS(attention_input(Tensor::zeros({40, 30}), {NAN, 0, 10, 10}), ArgumentError);
}
