#include "mammo/backend/dispatch.hpp"
#include "mammo/core/error.hpp"
#include "mammo/ops/pooling.hpp"

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

TEST_CASE("pooling by hand, on every backend") {
  const Tensor x =
      Tensor::from({-1.0F, -2.0F, -3.0F, -4.0F, -5.0F, -6.0F, -7.0F, -8.0F, -9.0F}, {1, 1, 3, 3});
  for (const auto& backend : backend_names()) {
    const ExecutionScope scope({.backend = backend});
    INFO(backend);
    CHECK(values(max_pool2d(x, {.kernel = 2, .stride = 1})) == std::vector{-1.0F, -2.0F, -4.0F, -5.0F});
    // Zeros of the padding must not win.
    CHECK(values(max_pool2d(x, {.kernel = 2, .stride = 2, .padding = 1})) ==
          std::vector{-1.0F, -2.0F, -4.0F, -5.0F});
    CHECK(values(average_pool2d(x, {.kernel = 2, .stride = 2, .padding = 1})) ==
          std::vector{-0.25F, -1.25F, -2.75F, -7.0F});
    CHECK(values(average_pool2d(x, {.kernel = 2, .stride = 2, .padding = 1, .count_padding = false})) ==
          std::vector{-1.0F, -2.5F, -5.5F, -7.0F});
    CHECK(values(adaptive_average_pool2d(x, 1)) == std::vector{-5.0F});
    CHECK(values(adaptive_average_pool2d(x, {1, 2})) == std::vector{-4.5F, -5.5F});
    CHECK(values(adaptive_max_pool2d(x, {2, 1})) == std::vector{-1.0F, -4.0F});
  }
}

TEST_CASE("padding beyond half the kernel is refused") {
  const Tensor x = Tensor::zeros({1, 1, 5, 5});
  CHECK_THROWS_AS(max_pool2d(x, {.kernel = 3, .padding = 2}), ShapeError);
  CHECK_THROWS_AS(average_pool2d(x, {.kernel = 2, .padding = 2}), ShapeError);
  CHECK_THROWS_AS(max_pool2d(x, {.kernel = 2, .stride = 0}), ArgumentError);
}
