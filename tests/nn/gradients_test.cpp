#include "mammo/core/threads.hpp"
#include "mammo/nn/formula.hpp"
#include "mammo/nn/gradients.hpp"
#include "mammo/nn/linear.hpp"
#include "mammo/ops/autograd.hpp"
#include "mammo/ops/reduction.hpp"
#include "tests/support/compare.hpp"

#include <cmath>
#include <limits>

#include <catch2/catch.hpp>

using namespace mammo;

namespace {

// Gradients 3, 4 of the weight and 12 of the bias: norm 13.
struct Small {
  Small() : linear({.in_features = 2, .out_features = 1}) {
    load_by_formula(linear);
    linear.set_trainable("*");
    set_grad(linear.weight(), Tensor::from<float>({3, -4}, {1, 2}));
    set_grad(linear.bias(), Tensor::from<float>({12}, {1}));
  }

  std::vector<double> gradients() const {
    auto values = test::as_doubles(grad(linear.weight()));
    values.push_back(test::as_doubles(grad(linear.bias())).front());
    return values;
  }

  nn::Linear linear;
};

} // namespace

TEST_CASE("gradients are clipped at a norm of all of them together") {
  Small small;
  CHECK(nn::gradient_norm(small.linear) == 13);
  CHECK(nn::clip_gradient_norm(small.linear, 13) == 13);
  CHECK(small.gradients() == std::vector<double>{3, -4, 12});
  CHECK(nn::clip_gradient_norm(small.linear, 6.5) == 13);
  const auto clipped = small.gradients();
  CHECK(clipped[0] == Approx(1.5));
  CHECK(clipped[1] == Approx(-2));
  CHECK(clipped[2] == Approx(6));
  CHECK_THROWS_AS(nn::clip_gradient_norm(small.linear, 0), ArgumentError);
}

TEST_CASE("gradients are clipped by value, and NaN stays one") {
  Small small;
  set_grad(small.linear.bias(), Tensor::from<float>({NAN}, {1}));
  nn::clip_gradient_values(small.linear, 3.5);
  const auto clipped = small.gradients();
  CHECK(clipped[0] == 3);
  CHECK(clipped[1] == -3.5);
  CHECK(std::isnan(clipped[2]));
}

TEST_CASE("a norm that is not finite is told and leaves the gradients as they are") {
  Small small;
  set_grad(small.linear.bias(), Tensor::from<float>({std::numeric_limits<float>::infinity()}, {1}));
  CHECK(std::isinf(nn::clip_gradient_norm(small.linear, 1)));
  CHECK(small.gradients()[0] == 3);
}

TEST_CASE("gradients add up until they are cleared, and scale to their mean") {
  Small small;
  const Tensor x = Tensor::from<float>({1, 2}, {1, 2});
  nn::clear_gradients(small.linear);
  CHECK_FALSE(grad(small.linear.weight()).defined());
  CHECK(nn::gradient_norm(small.linear) == 0);
  for (int batch = 0; batch < 4; ++batch) backward(sum(small.linear.forward(x)));
  CHECK(small.gradients() == std::vector<double>{4, 8, 4});
  nn::scale_gradients(small.linear, 0.25);
  CHECK(small.gradients() == std::vector<double>{1, 2, 1});
}

TEST_CASE("scaling leaves alone what shares a gradient's memory") {
  Small small;
  const Tensor shared = Tensor::from<float>({3, -4}, {1, 2});
  set_grad(small.linear.weight(), shared);
  nn::scale_gradients(small.linear, 2);
  CHECK(shared.data<float>()[0] == 3);
  CHECK(small.gradients()[0] == 6);
}

TEST_CASE("the norm has the same bits for any number of threads") {
  nn::Linear large({.in_features = 700, .out_features = 700});
  load_by_formula(large);
  large.set_trainable("*");
  set_grad(large.weight(), nn::formula_tensor("gradient", {700, 700}));
  const double norm = nn::gradient_norm(large);
  double sum = 0;
  for (const double g : test::as_doubles(grad(large.weight()))) sum += g * g;
  CHECK(norm == Approx(std::sqrt(sum)).epsilon(1e-10));
  const ThreadLease alone(1);
  CHECK(nn::gradient_norm(large) == norm);
}
