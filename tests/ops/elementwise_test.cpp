#include "mammo/backend/dispatch.hpp"
#include "mammo/core/error.hpp"
#include "mammo/ops/elementwise.hpp"

#include <cmath>
#include <limits>
#include <utility>
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

TEST_CASE("elementwise operations by hand, on every backend") {
  const Tensor a = Tensor::from({1.0F, -2.0F, 4.0F}, {3});
  const Tensor b = Tensor::from({2.0F, 8.0F, -4.0F}, {3});
  for (const auto& backend : backend_names()) {
    const ExecutionScope scope({.backend = backend});
    INFO(backend);
    CHECK(values(add(a, b)) == std::vector{3.0F, 6.0F, 0.0F});
    CHECK(values(subtract(a, b)) == std::vector{-1.0F, -10.0F, 8.0F});
    CHECK(values(multiply(a, b)) == std::vector{2.0F, -16.0F, -16.0F});
    CHECK(values(divide(a, b)) == std::vector{0.5F, -0.25F, -1.0F});
    CHECK(values(maximum(a, b)) == std::vector{2.0F, 8.0F, 4.0F});
    CHECK(values(minimum(a, b)) == std::vector{1.0F, -2.0F, -4.0F});
    CHECK(values(relu(a)) == std::vector{1.0F, 0.0F, 4.0F});
    CHECK(values(neg(a)) == std::vector{-1.0F, 2.0F, -4.0F});
    CHECK(values(abs(a)) == std::vector{1.0F, 2.0F, 4.0F});
    CHECK(values(sqrt(abs(a)))[2] == 2);
    CHECK(values(exp(Tensor::zeros({1})))[0] == 1);
    CHECK(values(log(Tensor::full({1}, 1)))[0] == 0);
    CHECK(values(tanh(Tensor::zeros({1})))[0] == 0);
  }
}

TEST_CASE("sigmoid overflows nowhere") {
  constexpr float infinity = std::numeric_limits<float>::infinity();
  const Tensor x = Tensor::from({0.0F, 1000.0F, -1000.0F, infinity, -infinity}, {5});
  for (const auto& backend : backend_names()) {
    const ExecutionScope scope({.backend = backend});
    INFO(backend);
    CHECK(values(sigmoid(x)) == std::vector{0.5F, 1.0F, 0.0F, 1.0F, 0.0F});
  }
}

TEST_CASE("NaN goes through") {
  const Tensor x = Tensor::from({NAN, 1.0F}, {2});
  for (const auto& backend : backend_names()) {
    const ExecutionScope scope({.backend = backend});
    INFO(backend);
    const std::pair<const char*, Tensor> results[] = {{"relu", relu(x)},
                                                      {"sigmoid", sigmoid(x)},
                                                      {"exp", exp(x)},
                                                      {"log", log(x)},
                                                      {"sqrt", sqrt(x)},
                                                      {"tanh", tanh(x)},
                                                      {"neg", neg(x)},
                                                      {"add", add(x, x)},
                                                      {"maximum", maximum(x, neg(x))},
                                                      {"minimum", minimum(neg(x), x)}};
    for (const auto& [operation, y] : results) {
      INFO(operation);
      CHECK(std::isnan(values(y)[0]));
      CHECK_FALSE(std::isnan(values(y)[1]));
    }
  }
}

TEST_CASE("tensors that do not fit each other are refused") {
  CHECK_THROWS_WITH(add(Tensor::zeros({2}), Tensor::zeros({3})), Catch::Contains("do not broadcast"));
  CHECK_THROWS_AS(add(Tensor::zeros({2}), Tensor::zeros({2}, {.dtype = DType::f64})), TypeError);
  CHECK_THROWS_AS(relu(Tensor::zeros({2}, {.dtype = DType::u8})), TypeError);
  CHECK_THROWS_AS(relu(Tensor::zeros({2}, {.dtype = DType::f16})), NotImplemented);
}
