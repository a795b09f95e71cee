#pragma once

#include <bit>
#include <cstddef>
#include <cstdint>
#include <ostream>
#include <string_view>

namespace mammo {

/// Element types. f16 and bf16 are storage types: convert to f32 to compute.
enum class DType : std::uint8_t { f32, f64, f16, bf16, u8, u16, i32, i64, boolean };

/// IEEE 754 binary16, stored. Conversion rounds to nearest even; NaN stays NaN, overflow goes to infinity.
struct float16 {
  std::uint16_t bits = 0;

  float16() = default;
  explicit float16(float value);
  explicit operator float() const;
  bool operator==(const float16&) const = default;
};

/// The upper half of an IEEE 754 binary32, stored. Conversion rounds to nearest even.
struct bfloat16 {
  std::uint16_t bits = 0;

  bfloat16() = default;
  explicit bfloat16(float value);
  explicit operator float() const { return std::bit_cast<float>(std::uint32_t{bits} << 16); }
  bool operator==(const bfloat16&) const = default;
};

std::size_t size_of(DType dtype);
std::string_view name(DType dtype);
bool is_floating(DType dtype);
std::ostream& operator<<(std::ostream& out, DType dtype);

/// The DType that stores a C++ type; no member for types that tensors cannot hold.
template <class T>
struct DTypeOf;
template <>
struct DTypeOf<float> {
  static constexpr DType value = DType::f32;
};
template <>
struct DTypeOf<double> {
  static constexpr DType value = DType::f64;
};
template <>
struct DTypeOf<float16> {
  static constexpr DType value = DType::f16;
};
template <>
struct DTypeOf<bfloat16> {
  static constexpr DType value = DType::bf16;
};
template <>
struct DTypeOf<std::uint8_t> {
  static constexpr DType value = DType::u8;
};
template <>
struct DTypeOf<std::uint16_t> {
  static constexpr DType value = DType::u16;
};
template <>
struct DTypeOf<std::int32_t> {
  static constexpr DType value = DType::i32;
};
template <>
struct DTypeOf<std::int64_t> {
  static constexpr DType value = DType::i64;
};
template <>
struct DTypeOf<bool> {
  static constexpr DType value = DType::boolean;
};

template <class T>
inline constexpr DType dtype_of = DTypeOf<T>::value;

/// Calls `f.template operator()<T>()` with the C++ type that stores `dtype`; the return types must agree.
template <class F>
decltype(auto) visit_dtype(DType dtype, F&& f) {
  switch (dtype) {
  case DType::f64: return f.template operator()<double>();
  case DType::f16: return f.template operator()<float16>();
  case DType::bf16: return f.template operator()<bfloat16>();
  case DType::u8: return f.template operator()<std::uint8_t>();
  case DType::u16: return f.template operator()<std::uint16_t>();
  case DType::i32: return f.template operator()<std::int32_t>();
  case DType::i64: return f.template operator()<std::int64_t>();
  case DType::boolean: return f.template operator()<bool>();
  case DType::f32: break;
  }
  return f.template operator()<float>();
}

} // namespace mammo
