#include "mammo/core/tensor.hpp"

#include <numeric>

#include <catch2/catch.hpp>

using namespace mammo;

namespace {

Tensor counting(const Shape& shape) {
  Tensor t = Tensor::empty(shape);
  const auto data = t.mutable_data<float>();
  std::iota(data.begin(), data.end(), 1.0F);
  return t;
}

constexpr Layout all_layouts[] = {Layout::row_major, Layout::channels_last, Layout::nChw8c, Layout::nChw16c};

} // namespace

TEST_CASE("elements lie where the layout's definition says") {
  const Tensor t = counting({2, 19, 3, 4});
  const Tensor last = t.to(Layout::channels_last);
  const Tensor blocked = t.to(Layout::nChw8c);
  const auto value = [&](int n, int c, int h, int w) {
    return t.data<float>()[static_cast<std::size_t>(((n * 19 + c) * 3 + h) * 4 + w)];
  };
  CHECK(last.raw<float>()[((1 * 3 + 2) * 4 + 3) * 19 + 17] == value(1, 17, 2, 3));
  // Three blocks of eight channels for 19.
  CHECK(blocked.raw<float>()[(((1 * 3 + 2) * 3 + 1) * 4 + 3) * 8 + 1] == value(1, 17, 1, 3));
  CHECK(blocked.storage()->bytes() == 2 * 3 * 3 * 4 * 8 * sizeof(float));
}

TEST_CASE("every layout goes to every other and back, with odd numbers of channels") {
  for (const std::int64_t channels : {1, 3, 7, 8, 9, 16, 17, 33}) {
    const Tensor t = counting({2, channels, 3, 5});
    for (const Layout a : all_layouts) {
      for (const Layout b : all_layouts) {
        const Tensor there = t.to(a).to(b);
        CHECK(there.layout() == b);
        const Tensor back = there.to(Layout::row_major);
        CHECK(std::ranges::equal(back.data<float>(), t.data<float>()));
      }
    }
  }
}

TEST_CASE("the channels that fill up the last block are zero") {
  for (const Layout layout : {Layout::nChw8c, Layout::nChw16c}) {
    const std::int64_t block = block_size(layout);
    const Tensor t = counting({2, block + 3, 2, 2}).to(layout);
    const std::int64_t plane = 2 * 2 * block;
    int wrong = 0;
    for (std::int64_t n = 0; n < 2; ++n) {
      for (std::int64_t pixel = 0; pixel < 4; ++pixel) {
        for (std::int64_t c = 3; c < block; ++c) {
          wrong += t.raw<float>()[(n * 2 + 1) * plane + pixel * block + c] != 0;
        }
      }
    }
    CHECK(wrong == 0);
  }
}

TEST_CASE("plain() is made once a version") {
  Tensor blocked = counting({1, 5, 2, 2}).to(Layout::nChw8c);
  const Tensor first = blocked.plain();
  CHECK(first.layout() == Layout::row_major);
  CHECK(blocked.plain().storage() == first.storage());
  blocked.mutable_raw<float>()[0] = 42;
  const Tensor second = blocked.plain();
  CHECK(second.storage() != first.storage());
  CHECK(second.data<float>()[0] == 42);
  CHECK(first.data<float>()[0] == 1);
}

TEST_CASE("writing to a plain() twin does not change what the next caller gets") {
  const Tensor blocked = counting({1, 5, 2, 2}).to(Layout::nChw8c);
  Tensor twin = blocked.plain();
  twin.mutable_data<float>()[0] = 42;
  CHECK(blocked.plain().data<float>()[0] == 1);
}

TEST_CASE("two tensors of different shape over one blocked storage have their own twins") {
  const Tensor a = counting({1, 8, 2, 3}).to(Layout::nChw8c);
  const Tensor b = Tensor::over(a.storage(), {1, 8, 3, 2}, a.options());
  CHECK(a.plain().shape() == Shape{1, 8, 2, 3});
  CHECK(b.plain().shape() == Shape{1, 8, 3, 2});
}

TEST_CASE("a contiguous tensor is its own twin") {
  const Tensor t = counting({2, 3});
  CHECK(t.plain().storage() == t.storage());
  CHECK(t.contiguous().storage() == t.storage());
  CHECK(t.transpose(0, 1).plain().data<float>()[1] == 4);
}
