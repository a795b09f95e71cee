#include "mammo/core/dtype.hpp"

#include <cmath>
#include <limits>

#include <catch2/catch.hpp>

using namespace mammo;

namespace {

float16 half(std::uint16_t bits) {
  float16 h;
  h.bits = bits;
  return h;
}

// IEEE 754-2019, section 3.4: sign, five bits of exponent, ten of significand.
double value_of_half(std::uint16_t bits) {
  const int exponent = (bits >> 10) & 0x1f;
  const int significand = bits & 0x3ff;
  const double sign = (bits & 0x8000) != 0 ? -1 : 1;
  if (exponent == 31) return significand != 0 ? NAN : sign * INFINITY;
  if (exponent == 0) return sign * std::ldexp(significand, -24);
  return sign * std::ldexp(1024 + significand, exponent - 25);
}

} // namespace

TEST_CASE("all 65536 halves have the value that their bits say, and go back to the same bits") {
  int wrong = 0;
  for (std::uint32_t bits = 0; bits < 0x10000; ++bits) {
    const auto h = half(static_cast<std::uint16_t>(bits));
    const auto value = static_cast<float>(h);
    const double expected = value_of_half(h.bits);
    if (std::isnan(expected)) {
      // Converting quiets a signalling NaN, as the hardware does.
      wrong += !std::isnan(value) || float16(value).bits != (h.bits | 0x200);
    } else {
      wrong += value != expected || std::signbit(value) != std::signbit(expected) || float16(value) != h;
    }
  }
  CHECK(wrong == 0);
}

TEST_CASE("between any two neighbouring halves, rounding goes to the nearer one and ties to the even one") {
  int wrong = 0;
  for (std::uint16_t bits = 0; bits < 0x7bff; ++bits) {
    const auto next = static_cast<std::uint16_t>(bits + 1);
    const auto middle = static_cast<float>((value_of_half(bits) + value_of_half(next)) / 2);
    wrong += float16(middle).bits != (bits % 2 == 0 ? bits : next);
    wrong += float16(std::nextafter(middle, 0.0F)).bits != bits;
    wrong += float16(std::nextafter(middle, 1e9F)).bits != next;
    wrong += float16(-middle).bits != (0x8000 | (bits % 2 == 0 ? bits : next));
  }
  CHECK(wrong == 0);
}

TEST_CASE("halves at the ends of their range") {
  CHECK(float16(65504.0F).bits == 0x7bff);
  CHECK(float16(std::nextafter(65520.0F, 0.0F)).bits == 0x7bff);
  CHECK(float16(65520.0F).bits == 0x7c00);
  CHECK(float16(-1e30F).bits == 0xfc00);
  CHECK(float16(std::numeric_limits<float>::infinity()).bits == 0x7c00);
  CHECK(float16(0x1p-25F).bits == 0);
  CHECK(float16(std::nextafter(0x1p-25F, 1.0F)).bits == 1);
  CHECK(float16(-0.0F).bits == 0x8000);
  CHECK(float16(std::numeric_limits<float>::denorm_min()).bits == 0);
}

TEST_CASE("bfloat16 is the upper half of a float, rounded to nearest even") {
  CHECK(bfloat16(1.0F).bits == 0x3f80);
  CHECK(bfloat16(-2.0F).bits == 0xc000);
  CHECK(bfloat16(1.0F + 0x1p-8F).bits == 0x3f80);     // tie, even below
  CHECK(bfloat16(1.0F + 3 * 0x1p-8F).bits == 0x3f82); // tie, even above
  CHECK(bfloat16(1.0F + 0x1p-8F + 0x1p-20F).bits == 0x3f81);
  CHECK(bfloat16(std::numeric_limits<float>::max()).bits == 0x7f80);
  CHECK(bfloat16(-std::numeric_limits<float>::infinity()).bits == 0xff80);
  CHECK(std::isnan(static_cast<float>(bfloat16(NAN))));
  // A NaN whose payload lies in the dropped bits must not become an infinity.
  CHECK(std::isnan(static_cast<float>(bfloat16(std::bit_cast<float>(0x7f800001u)))));
}

TEST_CASE("all 65536 bfloat16 go to float and back") {
  int wrong = 0;
  for (std::uint32_t bits = 0; bits < 0x10000; ++bits) {
    bfloat16 b;
    b.bits = static_cast<std::uint16_t>(bits);
    const auto value = static_cast<float>(b);
    if (std::isnan(value)) {
      wrong += !std::isnan(static_cast<float>(bfloat16(value)));
    } else {
      wrong += bfloat16(value) != b;
    }
  }
  CHECK(wrong == 0);
}

TEST_CASE("dtypes have sizes, names and C++ types that agree") {
  const struct {
    DType dtype;
    std::size_t size;
    const char* called;
    bool floating;
  } all[] = {
      {DType::f32, 4, "f32", true},   {DType::f64, 8, "f64", true},  {DType::f16, 2, "f16", true},
      {DType::bf16, 2, "bf16", true}, {DType::u8, 1, "u8", false},   {DType::u16, 2, "u16", false},
      {DType::i32, 4, "i32", false},  {DType::i64, 8, "i64", false}, {DType::boolean, 1, "bool", false}};
  for (const auto& expected : all) {
    CHECK(size_of(expected.dtype) == expected.size);
    CHECK(name(expected.dtype) == expected.called);
    CHECK(is_floating(expected.dtype) == expected.floating);
    CHECK(visit_dtype(expected.dtype, []<class T>() { return dtype_of<T>; }) == expected.dtype);
  }
}
