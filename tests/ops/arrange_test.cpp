#include "mammo/backend/dispatch.hpp"
#include "mammo/core/error.hpp"
#include "mammo/ops/arrange.hpp"

#include <array>
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

} // namespace

TEST_CASE("concatenate and pad by hand, on every backend") {
  const Tensor a = Tensor::from({1.0F, 2.0F}, {2, 1});
  const Tensor b = Tensor::from({3.0F, 4.0F, 5.0F, 6.0F}, {2, 2});
  for (const auto& backend : backend_names()) {
    const ExecutionScope scope({.backend = backend});
    INFO(backend);
    CHECK(values(concatenate(std::array{a, b}, -1)) == std::vector{1.0F, 3.0F, 4.0F, 2.0F, 5.0F, 6.0F});
    CHECK(values(concatenate(std::array{b}, 0)) == values(b));
    CHECK(values(pad(a, {0, 1}, {1, 0}, 9)) == std::vector{9.0F, 1.0F, 9.0F, 2.0F, 9.0F, 9.0F});
  }
}

TEST_CASE("every dtype can be joined and padded") {
  for (const DType dtype :
       {DType::f64, DType::f16, DType::bf16, DType::u8, DType::u16, DType::i32, DType::i64}) {
    const Tensor a = Tensor::full({2}, 3, {.dtype = dtype});
    const Tensor joined = concatenate(std::array{a, pad(a, {1}, {0}, 7)}, 0);
    CHECK(joined.dtype() == dtype);
    const Tensor wide = joined.to(DType::f32);
    CHECK(values(wide) == std::vector{3.0F, 3.0F, 7.0F, 3.0F, 3.0F});
  }
  const Tensor truth = Tensor::full({1}, 1, {.dtype = DType::boolean});
  CHECK_FALSE(pad(truth, {0}, {1}).data<bool>()[1]);
}

TEST_CASE("concatenating nothing, or what does not fit, is refused") {
  CHECK_THROWS_AS(concatenate({}, 0), ShapeError);
  CHECK_THROWS_AS(concatenate(std::array{Tensor::zeros({2}), Tensor::zeros({2, 1})}, 0), ShapeError);
  CHECK_THROWS_AS(concatenate(std::array{Tensor::zeros({2})}, 1), ShapeError);
  CHECK_THROWS_AS(concatenate(std::array{Tensor::zeros({2}), Tensor()}, 0), ArgumentError);
  CHECK_THROWS_AS(pad(Tensor::zeros({2}), {-1}, {0}), ArgumentError);
}
