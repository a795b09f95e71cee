#include "mammo/core/tensor.hpp"

#include <cmath>
#include <cstdint>
#include <limits>
#include <vector>

#include <catch2/catch.hpp>

using namespace mammo;

TEST_CASE("tensors are made from values, zeros and a constant") {
  const Tensor t = Tensor::from({1.5F, 2.5F, 3.5F, 4.5F, 5.5F, 6.5F}, {2, 3});
  CHECK(t.dtype() == DType::f32);
  CHECK(t.data<float>()[4] == 5.5F);
  CHECK(concat(t) == "f32 [2, 3] row_major cpu");
  CHECK(Tensor::zeros({3}, {.dtype = DType::i64}).data<std::int64_t>()[2] == 0);
  CHECK(Tensor::full({2, 2}, 0.5, {.dtype = DType::f64}).data<double>()[3] == 0.5);
  CHECK(Tensor::full({}, 7).item<float>() == 7);
  CHECK(Tensor::full({0, 4}, 7).numel() == 0);
  CHECK(Tensor::full({1, 3, 2, 2}, 2, {.layout = Layout::nChw8c}).plain().data<float>()[11] == 2);
  CHECK_THROWS_AS(Tensor::from({1.0F, 2.0F}, {3}), ShapeError);
}

TEST_CASE("an undefined tensor says so") {
  const Tensor none;
  CHECK_FALSE(none.defined());
  CHECK(concat(none) == "undefined");
  CHECK_THROWS_AS(none.data<float>(), TypeError);
  CHECK_THROWS_AS(none.raw<float>(), TypeError);
  CHECK_THROWS_AS(none.clone(), TypeError);
  CHECK_THROWS_AS(none.plain(), TypeError);
  CHECK_THROWS_AS(none.to(DType::f64), TypeError);
  CHECK_THROWS_AS(none.to(Layout::nChw8c), TypeError);
  CHECK_THROWS_AS(none.item<float>(), ShapeError);
}

TEST_CASE("elements are read as what they are, where they lie in order") {
  const Tensor t = Tensor::zeros({2, 3});
  CHECK_THROWS_WITH(t.data<double>(), "elements of f32 read as f64");
  CHECK_THROWS_AS(t.transpose(0, 1).data<float>(), ShapeError);
  CHECK_THROWS_AS(Tensor::zeros({1, 8, 1, 1}, {.layout = Layout::channels_last}).data<float>(), ShapeError);
  CHECK_THROWS_AS(t.item<float>(), ShapeError);
}

TEST_CASE("hostile sizes are refused before memory is asked for") {
  CHECK_THROWS_AS(Tensor::empty({-1}), ShapeError);
  CHECK_THROWS_AS(Tensor::empty({INT64_MAX, 2}), ShapeError);
  CHECK_THROWS_AS(Tensor::empty({INT64_MAX}, {.dtype = DType::f64}), OutOfMemory);
  CHECK_THROWS_WITH(Tensor::empty({std::int64_t{1} << 45}, {.dtype = DType::f64}),
                    Catch::Contains("281474976710656 bytes"));
  CHECK_THROWS_AS(Tensor::empty({1, INT64_MAX, 1, 1}, {.layout = Layout::nChw16c}), Error);
  CHECK_THROWS_AS(Tensor::empty({1, -8, 1, 1}, {.layout = Layout::nChw8c}), ShapeError);
  CHECK_THROWS_AS(Tensor::empty({1, 8}, {.layout = Layout::nChw8c}), ShapeError);
  CHECK_THROWS_AS(Tensor::empty({4}, {.device = {DeviceType::cuda, 0}}), TypeError);
}

TEST_CASE("a tensor over storage stays inside it") {
  const auto storage = std::make_shared<Storage>(40);
  CHECK(Tensor::over(storage, {10}, {}).numel() == 10);
  CHECK(Tensor::over(storage, {4}, {}, 6).numel() == 4);
  CHECK_THROWS_AS(Tensor::over(storage, {11}, {}), ShapeError);
  CHECK_THROWS_AS(Tensor::over(storage, {4}, {}, 7), ShapeError);
  CHECK_THROWS_AS(Tensor::over(storage, {4}, {}, -1), ShapeError);
  CHECK_THROWS_AS(Tensor::over(storage, {INT64_MAX}, {}, 1), ShapeError);
  CHECK_THROWS_AS(Tensor::over(storage, {1}, {}, INT64_MAX), ShapeError);
  CHECK_THROWS_AS(Tensor::over(nullptr, {1}, {}), TypeError);
}

TEST_CASE("copies of a handle share elements, clones do not") {
  Tensor a = Tensor::from({1.0F, 2.0F}, {2});
  Tensor handle = a;
  const Tensor copy = a.clone();
  handle.mutable_data<float>()[0] = 9;
  CHECK(a.data<float>()[0] == 9);
  CHECK(copy.data<float>()[0] == 1);
}

TEST_CASE("floating to integer truncates and saturates") {
  const Tensor t = Tensor::from({-1.9, 2.9, 300.0, -1e30, 1e30, static_cast<double>(NAN)}, {6});
  const Tensor bytes = t.to(DType::u8);
  const auto u8 = bytes.data<std::uint8_t>();
  CHECK(std::vector<int>(u8.begin(), u8.end()) == std::vector{0, 2, 255, 0, 255, 0});
  const Tensor longs = t.to(DType::i64);
  const auto i64 = longs.data<std::int64_t>();
  CHECK(std::vector<std::int64_t>(i64.begin(), i64.end()) ==
        std::vector<std::int64_t>{-1, 2, 300, INT64_MIN, INT64_MAX, 0});
  const Tensor truths = t.to(DType::boolean);
  CHECK(truths.data<bool>()[0]);
  CHECK_FALSE(Tensor::from({0.0F}, {1}).to(DType::boolean).data<bool>()[0]);
}

TEST_CASE("every dtype converts to every other and small integers survive") {
  const std::vector<DType> all{DType::f32, DType::f64, DType::f16, DType::bf16,
                               DType::u8,  DType::u16, DType::i32, DType::i64};
  const Tensor start = Tensor::from({0.0, 1.0, 2.0, 7.0, 100.0, 128.0}, {2, 3});
  for (const DType a : all) {
    for (const DType b : all) {
      const Tensor there = start.to(a).to(b);
      CHECK(there.dtype() == b);
      const Tensor back = there.to(DType::f64);
      CHECK(std::ranges::equal(back.data<double>(), start.data<double>()));
    }
  }
}

TEST_CASE("conversion keeps the layout and takes views") {
  const Tensor t = Tensor::from({1.0F, 2.0F, 3.0F, 4.0F}, {1, 2, 1, 2});
  CHECK(t.to(Layout::channels_last).to(DType::f64).layout() == Layout::channels_last);
  const Tensor column = t.reshape({2, 2}).transpose(0, 1).to(DType::i32);
  CHECK(std::ranges::equal(column.data<std::int32_t>(), std::vector{1, 3, 2, 4}));
  CHECK(t.to(DType::f32).storage() == t.storage());
}

TEST_CASE("copy_from converts dtype and wants the same shape") {
  Tensor to = Tensor::zeros({2, 2}, {.dtype = DType::f64});
  to.copy_from(Tensor::from<std::uint8_t>({1, 2, 3, 255}, {2, 2}));
  CHECK(to.data<double>()[3] == 255);
  CHECK_THROWS_AS(to.copy_from(Tensor::zeros({4})), ShapeError);
  CHECK_THROWS_AS(to.copy_from(Tensor()), TypeError);
}
