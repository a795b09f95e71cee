#include "mammo/backend/dispatch.hpp"
#include "mammo/core/error.hpp"
#include "mammo/ops/convolution.hpp"
#include "mammo/ops/interpolation.hpp"
#include "mammo/ops/normalization.hpp"

#include <cmath>
#include <vector>

#include <catch2/catch.hpp>

using namespace mammo;

namespace {

std::vector<float> values(const Tensor& t) {
  const Tensor plain = t.plain();
  const auto data = plain.data<float>();
  return {data.begin(), data.end()};
}

} // namespace

TEST_CASE("a convolution by hand, on every backend") {
  const Tensor x = Tensor::from({1.0F, 2.0F, 3.0F, 4.0F, 5.0F, 6.0F, 7.0F, 8.0F, 9.0F}, {1, 1, 3, 3});
  const Tensor w = Tensor::from({1.0F, 0.0F, 0.0F, -1.0F}, {1, 1, 2, 2});
  const Tensor bias = Tensor::from({0.5F}, {1});
  const Tensor residual = Tensor::from({1.0F, 2.0F, 3.0F, 10.0F}, {1, 1, 2, 2});
  for (const auto& backend : backend_names()) {
    const ExecutionScope scope({.backend = backend});
    INFO(backend);
    // Each output is x[i][j] - x[i + 1][j + 1] = -4.
    CHECK(values(conv2d(x, w)) == std::vector{-4.0F, -4.0F, -4.0F, -4.0F});
    CHECK(values(conv2d(x, w, bias, {}, residual)) == std::vector{-2.5F, -1.5F, -0.5F, 6.5F});
    CHECK(values(conv2d(x, w, bias, {.activation = Activation::relu}, residual)) ==
          std::vector{0.0F, 0.0F, 0.0F, 6.5F});
    CHECK(values(conv2d(x, w, {}, {.stride = 2, .padding = 1})) == std::vector{-1.0F, -3.0F, -7.0F, -4.0F});
  }
}

TEST_CASE("a linear layer by hand, on every backend") {
  const Tensor x = Tensor::from({1.0F, 2.0F, 3.0F, 4.0F}, {2, 2});
  const Tensor w = Tensor::from({1.0F, 1.0F, 2.0F, -1.0F, 0.0F, 3.0F}, {3, 2});
  const Tensor bias = Tensor::from({0.0F, 1.0F, -10.0F}, {3});
  for (const auto& backend : backend_names()) {
    const ExecutionScope scope({.backend = backend});
    INFO(backend);
    CHECK(values(linear(x, w, bias)) == std::vector{3.0F, 1.0F, -4.0F, 7.0F, 3.0F, 2.0F});
    CHECK(values(linear(x, w, bias, {.activation = Activation::relu}))[2] == 0);
  }
}

TEST_CASE("a weight that is changed in place is used as it is now") {
  Tensor x = Tensor::full({1, 16, 4, 4}, 1);
  Tensor w = Tensor::full({16, 16, 3, 3}, 1);
  for (const auto& backend : backend_names()) {
    const ExecutionScope scope({.backend = backend});
    INFO(backend);
    std::ranges::fill(w.mutable_data<float>(), 1.0F);
    CHECK(values(conv2d(x, w))[0] == 16 * 9);
    std::ranges::fill(w.mutable_data<float>(), 2.0F);
    CHECK(values(conv2d(x, w))[0] == 2 * 16 * 9);
  }
}

TEST_CASE("weights and inputs may be strided views") {
  const Tensor x = Tensor::from({1.0F, 2.0F, 3.0F, 4.0F}, {1, 1, 2, 2});
  const Tensor w = Tensor::from({1.0F, 10.0F, 100.0F, 1000.0F}, {1, 1, 2, 2});
  CHECK(values(conv2d(x.transpose(2, 3), w)) == std::vector{4231.0F});
  CHECK(values(conv2d(x, w.transpose(2, 3))) == std::vector{4231.0F});
}

TEST_CASE("an error of a convolution names what was wrong") {
  const Tensor x = Tensor::zeros({1, 3, 8, 8});
  CHECK_THROWS_WITH(conv2d(x, Tensor::zeros({4, 2, 3, 3})), Catch::Contains("conv2d: weight [4, 2, 3, 3]"));
  CHECK_THROWS_AS(conv2d(x, {}), ArgumentError);
  CHECK_THROWS_AS(conv2d(Tensor(), x), ArgumentError);
  CHECK_THROWS_AS(conv2d(x, Tensor::zeros({4, 3, 3, 3}, {.dtype = DType::f64})), TypeError);
}

TEST_CASE("batch norm by hand, and softmax from the end") {
  const Tensor x = Tensor::from({1.0F, 3.0F, -2.0F, 2.0F}, {1, 2, 1, 2});
  const Tensor mean = Tensor::from({1.0F, 0.0F}, {2});
  const Tensor var = Tensor::from({4.0F, 1.0F}, {2});
  const Tensor weight = Tensor::from({1.0F, 3.0F}, {2});
  const Tensor bias = Tensor::from({0.0F, 1.0F}, {2});
  for (const auto& backend : backend_names()) {
    const ExecutionScope scope({.backend = backend});
    INFO(backend);
    CHECK(values(batch_norm(x, mean, var, weight, bias, {.eps = 0})) == std::vector{0.0F, 1.0F, -5.0F, 7.0F});
    const auto p = values(softmax(Tensor::from({0.0F, std::log(3.0F)}, {1, 2}), -1));
    CHECK(p[0] == Approx(0.25));
    CHECK(p[1] == Approx(0.75));
  }
}

TEST_CASE("interpolation by hand, on every backend") {
  const Tensor x = Tensor::from({0.0F, 4.0F, 8.0F, 12.0F}, {1, 1, 2, 2});
  for (const auto& backend : backend_names()) {
    const ExecutionScope scope({.backend = backend});
    INFO(backend);
    CHECK(values(interpolate_nearest(x, {2, 3})) == std::vector{0.0F, 0.0F, 4.0F, 8.0F, 8.0F, 12.0F});
    CHECK(values(interpolate_bilinear(x, {2, 4})) ==
          std::vector{0.0F, 1.0F, 3.0F, 4.0F, 8.0F, 9.0F, 11.0F, 12.0F});
    CHECK(values(interpolate_bilinear(x, {3, 3}, true))[4] == 6);
  }
}
