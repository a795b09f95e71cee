#include "mammo/core/tensor.hpp"

#include <cstdint>
#include <numeric>
#include <vector>

#include <catch2/catch.hpp>

using namespace mammo;

namespace {

// 0, 1, 2, ... in row-major order.
Tensor counting(const Shape& shape) {
  Tensor t = Tensor::empty(shape, {.dtype = DType::i32});
  const auto data = t.mutable_data<std::int32_t>();
  std::iota(data.begin(), data.end(), 0);
  return t;
}

std::vector<int> elements(const Tensor& t) {
  const Tensor dense = t.contiguous();
  const auto data = dense.data<std::int32_t>();
  return {data.begin(), data.end()};
}

} // namespace

TEST_CASE("a slice shares memory and takes every step-th element") {
  Tensor t = counting({4, 5});
  const Tensor rows = t.slice(0, 1, 4, 2);
  CHECK(rows.shape() == Shape{2, 5});
  CHECK(elements(rows) == std::vector{5, 6, 7, 8, 9, 15, 16, 17, 18, 19});
  CHECK(elements(t.slice(1, -2, 5)) == std::vector{3, 4, 8, 9, 13, 14, 18, 19});
  CHECK(elements(t.slice(1, 0, -1, 3)) == std::vector{0, 3, 5, 8, 10, 13, 15, 18});
  t.mutable_data<std::int32_t>()[5] = 100;
  CHECK(elements(rows)[0] == 100);
}

TEST_CASE("slices at the ends") {
  const Tensor t = counting({4, 5});
  CHECK(t.slice(0, 4, 4).shape() == Shape{0, 5});
  CHECK(elements(t.slice(0, 4, 4)).empty());
  CHECK(elements(t.slice(1, 3, 5, INT64_MAX).slice(0, 0, 1)) == std::vector{3});
  CHECK_THROWS_AS(t.slice(0, 0, 5), ShapeError);
  CHECK_THROWS_AS(t.slice(0, 3, 2), ShapeError);
  CHECK_THROWS_AS(t.slice(0, -5, 2), ShapeError);
  CHECK_THROWS_AS(t.slice(0, 0, 2, 0), ShapeError);
  CHECK_THROWS_AS(t.slice(2, 0, 1), ShapeError);
  CHECK_THROWS_AS(t.slice(0, INT64_MIN, INT64_MAX), ShapeError);
}

TEST_CASE("permute, transpose and select reorder without copying") {
  const Tensor t = counting({2, 3, 4});
  const Tensor p = t.permute({2, 0, 1});
  CHECK(p.shape() == Shape{4, 2, 3});
  CHECK_FALSE(p.is_contiguous());
  CHECK(elements(p.select(0, 1)) == std::vector{1, 5, 9, 13, 17, 21});
  CHECK(elements(t.transpose(0, -1).select(0, 3).select(0, 2)) == std::vector{11, 23});
  CHECK(elements(t.select(-1, -1)) == std::vector{3, 7, 11, 15, 19, 23});
  CHECK(p.storage() == t.storage());
  CHECK_THROWS_AS(t.permute({0, 1}), ShapeError);
  CHECK_THROWS_AS(t.permute({0, 1, 1}), ShapeError);
  CHECK_THROWS_AS(t.permute({0, 1, std::int64_t{1} << 32}), ShapeError);
  CHECK_THROWS_AS(t.permute({0, 1, -1}), ShapeError);
  CHECK_THROWS_AS(t.select(0, 2), ShapeError);
}

TEST_CASE("reshape keeps the elements in order") {
  const Tensor t = counting({2, 6});
  CHECK(t.reshape({3, 4}).shape() == Shape{3, 4});
  CHECK(t.reshape({-1, 2}).shape() == Shape{6, 2});
  CHECK(elements(t.reshape({-1})) == elements(t));
  CHECK(t.select(0, 0).select(0, 0).reshape({1, 1}).shape() == Shape{1, 1});
  CHECK_THROWS_AS(t.reshape({5, -1}), ShapeError);
  CHECK_THROWS_AS(t.reshape({-1, -1}), ShapeError);
  CHECK_THROWS_AS(t.reshape({12, -2}), ShapeError);
  CHECK_THROWS_AS(t.reshape({-1, -6, -2}), ShapeError);
  CHECK_THROWS_AS(t.reshape({INT64_MAX, INT64_MAX, -1}), ShapeError);
  CHECK_THROWS_AS(t.reshape({0, -1}), ShapeError);
  CHECK_THROWS_AS(t.transpose(0, 1).reshape({12}), ShapeError);
}

TEST_CASE("unsqueeze, squeeze and expand") {
  const Tensor t = counting({2, 3});
  CHECK(t.unsqueeze(0).shape() == Shape{1, 2, 3});
  CHECK(t.unsqueeze(-1).shape() == Shape{2, 3, 1});
  CHECK(t.unsqueeze(1).squeeze(1).shape() == t.shape());
  CHECK(t.unsqueeze(2).is_contiguous());
  CHECK(elements(t.select(0, 1).unsqueeze(1).expand({3, 2})) == std::vector{3, 3, 4, 4, 5, 5});
  CHECK(elements(t.expand({2, 2, 3})) == std::vector{0, 1, 2, 3, 4, 5, 0, 1, 2, 3, 4, 5});
  CHECK_THROWS_AS(t.squeeze(0), ShapeError);
  CHECK_THROWS_AS(t.unsqueeze(4), ShapeError);
  CHECK_THROWS_AS(t.expand({4, 3}), ShapeError);
  CHECK_THROWS_AS(t.expand({3}), ShapeError);
  CHECK_THROWS_AS(t.unsqueeze(0).expand({-1, 2, 3}), ShapeError);
  CHECK_THROWS_AS(t.expand({-5, 2, 3}), ShapeError);
}

TEST_CASE("views of views reach the right elements") {
  const Tensor t = counting({4, 6, 5});
  const Tensor v = t.slice(1, 1, 6, 2).transpose(0, 2).slice(0, 1, 5, 3).select(2, 3);
  // v[i][j] = t[3][1 + 2 j][1 + 3 i]
  CHECK(v.shape() == Shape{2, 3});
  CHECK(elements(v) == std::vector{96, 106, 116, 99, 109, 119});
}

TEST_CASE("views of blocked tensors and of tensors that record gradients throw") {
  const Tensor blocked = Tensor::zeros({1, 8, 2, 2}, {.layout = Layout::nChw8c});
  CHECK_THROWS_AS(blocked.slice(0, 0, 1), TypeError);
  CHECK_THROWS_AS(blocked.reshape({-1}), TypeError);
  Tensor recording = counting({4});
  recording.set_autograd(std::make_shared<AutogradMeta>());
  CHECK_THROWS_AS(recording.slice(0, 0, 1), TypeError);
  CHECK_THROWS_WITH(recording.reshape({2, 2}), Catch::Contains("records gradients"));
  CHECK_THROWS_AS(Tensor().select(0, 0), TypeError);
}

TEST_CASE("copying between overlapping views of one storage reads before it writes") {
  Tensor t = counting({6});
  t.slice(0, 1, 6).copy_from(t.slice(0, 0, 5));
  CHECK(elements(t) == std::vector{0, 0, 1, 2, 3, 4});
  Tensor square = counting({3, 3});
  square.copy_from(square.transpose(0, 1));
  CHECK(elements(square) == std::vector{0, 3, 6, 1, 4, 7, 2, 5, 8});
}
