#include "mammo/backend/dispatch.hpp"
#include "mammo/core/error.hpp"
#include "mammo/ops/reduction.hpp"

#include <cmath>
#include <cstdint>
#include <vector>

#include <catch2/catch.hpp>

using namespace mammo;

namespace {

std::vector<float> values(const Tensor& t) {
  const Tensor plain = t.plain();
  const auto data = plain.data<float>();
  return {data.begin(), data.end()};
}

std::vector<std::int64_t> indices(const Tensor& t) {
  const auto data = t.data<std::int64_t>();
  return {data.begin(), data.end()};
}

} // namespace

TEST_CASE("reductions by hand, on every backend") {
  const Tensor x = Tensor::from({1.0F, 2.0F, 3.0F, 4.0F, 5.0F, 6.0F}, {2, 3});
  for (const auto& backend : backend_names()) {
    const ExecutionScope scope({.backend = backend});
    INFO(backend);
    CHECK(values(sum(x)) == std::vector{21.0F});
    CHECK(sum(x).shape() == Shape{});
    CHECK(values(sum(x, {0})) == std::vector{5.0F, 7.0F, 9.0F});
    CHECK(values(mean(x, {-1})) == std::vector{2.0F, 5.0F});
    CHECK(mean(x, {-1}, true).shape() == Shape{2, 1});
    CHECK(values(max(x, {1, 0})) == std::vector{6.0F});
    CHECK(values(min(x, {0}, true)) == std::vector{1.0F, 2.0F, 3.0F});
    CHECK(values(sum(Tensor::zeros({0, 2}), {0})) == std::vector{0.0F, 0.0F});
  }
}

TEST_CASE("dimensions named twice, and extremes of nothing, are refused") {
  const Tensor x = Tensor::zeros({2, 3});
  CHECK_THROWS_AS(sum(x, {0, 0}), ShapeError);
  CHECK_THROWS_AS(sum(x, {0, -2}), ShapeError);
  CHECK_THROWS_AS(sum(x, {2}), ShapeError);
  CHECK_THROWS_AS(max(Tensor::zeros({0})), ShapeError);
  CHECK_THROWS_AS(mean(Tensor::zeros({3, 0}), {1}), ShapeError);
}

TEST_CASE("top_k: ties to the lower index, NaN before any number, on every backend") {
  const Tensor x = Tensor::from({1.0F, 3.0F, NAN, 3.0F, -INFINITY, INFINITY, NAN, 0.0F}, {8});
  for (const auto& backend : backend_names()) {
    const ExecutionScope scope({.backend = backend});
    INFO(backend);
    const auto [all, order] = top_k(x, 8);
    CHECK(indices(order) == std::vector<std::int64_t>{2, 6, 5, 1, 3, 0, 7, 4});
    CHECK(std::isnan(all.data<float>()[1]));
    CHECK(all.data<float>()[2] == INFINITY);
    CHECK(indices(top_k(x, 4).indices) == std::vector<std::int64_t>{2, 6, 5, 1});
    const auto rows = top_k(Tensor::from({1.0F, 2.0F, 2.0F, 5.0F, 5.0F, 4.0F}, {2, 3}), 2);
    CHECK(indices(rows.indices) == std::vector<std::int64_t>{1, 2, 0, 1});
    CHECK(values(rows.values) == std::vector{2.0F, 2.0F, 5.0F, 5.0F});
    CHECK(top_k(Tensor::zeros({0}), 0).values.numel() == 0);
  }
  CHECK_THROWS_AS(top_k(x, 9), ArgumentError);
}
