// Compiled for AVX-512 F, BW, DQ and VL. Only names with internal linkage, and no header with inline
// functions but the compiler's own: an inline function compiled here could be the copy that the linker keeps
// for machines without AVX-512.
#include "kernels/cpu/vector_kernels.hpp"

#include <immintrin.h>

namespace mammo::kernels {
namespace {

inline __mmask16 mask_of(std::int64_t count) {
  return static_cast<__mmask16>((1U << static_cast<unsigned>(count)) - 1U);
}

struct Vector {
  static constexpr std::int64_t width = 16;
  __m512 v;

  explicit Vector(__m512 all) : v(all) {}
  explicit Vector(float all) : v(_mm512_set1_ps(all)) {}
  static Vector load(const float* from) { return Vector(_mm512_loadu_ps(from)); }
  static Vector load(const float* from, std::int64_t count) {
    return Vector(_mm512_maskz_loadu_ps(mask_of(count), from));
  }
  void store(float* to) const { _mm512_storeu_ps(to, v); }
  void store(float* to, std::int64_t count) const { _mm512_mask_storeu_ps(to, mask_of(count), v); }

  // These keep NaN: the instruction returns its second operand where either is one.
  Vector at_least(float bound) const { return Vector(_mm512_max_ps(_mm512_set1_ps(bound), v)); }
  Vector at_most(float bound) const { return Vector(_mm512_min_ps(_mm512_set1_ps(bound), v)); }
  Vector rounded() const {
    return Vector(_mm512_roundscale_ps(v, _MM_FROUND_TO_NEAREST_INT | _MM_FROUND_NO_EXC));
  }
  Vector root() const { return Vector(_mm512_sqrt_ps(v)); }
  /// Itself, but 0 where y is 0 or less.
  Vector where_kept(Vector y) const {
    return Vector(_mm512_maskz_mov_ps(_mm512_cmp_ps_mask(y.v, _mm512_setzero_ps(), _CMP_NLE_UQ), v));
  }
  Vector magnitude() const { return Vector(_mm512_andnot_ps(_mm512_set1_ps(-0.0F), v)); }
  /// 2^v for an integer v from -126 to 127.
  Vector power_of_two() const {
    const __m512i biased = _mm512_add_epi32(_mm512_cvtps_epi32(v), _mm512_set1_epi32(127));
    return Vector(_mm512_castsi512_ps(_mm512_slli_epi32(biased, 23)));
  }
  /// e and m of a normal number above 0, 2^e m, m from 1 to 2.
  Vector exponent() const {
    const __m512i biased = _mm512_srli_epi32(_mm512_castps_si512(v), 23);
    return Vector(_mm512_cvtepi32_ps(_mm512_sub_epi32(biased, _mm512_set1_epi32(127))));
  }
  Vector mantissa() const {
    const __m512 fraction = _mm512_and_ps(v, _mm512_castsi512_ps(_mm512_set1_epi32(0x7FFFFF)));
    return Vector(_mm512_or_ps(fraction, _mm512_set1_ps(1.0F)));
  }
};

inline Vector operator+(Vector a, Vector b) {
  return Vector(_mm512_add_ps(a.v, b.v));
}
inline Vector operator-(Vector a, Vector b) {
  return Vector(_mm512_sub_ps(a.v, b.v));
}
inline Vector operator*(Vector a, Vector b) {
  return Vector(_mm512_mul_ps(a.v, b.v));
}
inline Vector operator/(Vector a, Vector b) {
  return Vector(_mm512_div_ps(a.v, b.v));
}
inline Vector operator-(Vector a) {
  return Vector(_mm512_xor_ps(_mm512_set1_ps(-0.0F), a.v));
}
inline Vector multiply_add(Vector a, Vector b, Vector c) {
  return Vector(_mm512_fmadd_ps(a.v, b.v, c.v));
}
inline Vector larger(Vector a, Vector b) {
  const __mmask16 a_is_nan = _mm512_cmp_ps_mask(a.v, a.v, _CMP_UNORD_Q);
  return Vector(_mm512_mask_mov_ps(_mm512_max_ps(a.v, b.v), a_is_nan, a.v));
}
inline Vector smaller(Vector a, Vector b) {
  const __mmask16 a_is_nan = _mm512_cmp_ps_mask(a.v, a.v, _CMP_UNORD_Q);
  return Vector(_mm512_mask_mov_ps(_mm512_min_ps(a.v, b.v), a_is_nan, a.v));
}
/// `yes` where a <= b, `no` where not or where either is NaN.
inline Vector where_at_most(Vector a, Vector b, Vector yes, Vector no) {
  return Vector(_mm512_mask_mov_ps(no.v, _mm512_cmp_ps_mask(a.v, b.v, _CMP_LE_OQ), yes.v));
}

/// Whether a is larger than b, or NaN where b is a number.
inline __mmask16 beats(Vector a, Vector b) {
  const __mmask16 b_is_number = _mm512_cmp_ps_mask(b.v, b.v, _CMP_ORD_Q);
  return _mm512_mask_cmp_ps_mask(b_is_number, a.v, b.v, _CMP_NLE_UQ);
}
inline __mmask16 equals(Vector a, Vector b) {
  return _mm512_cmp_ps_mask(a.v, b.v, _CMP_EQ_OQ);
}
inline Vector choose(__mmask16 condition, Vector yes, Vector no) {
  return Vector(_mm512_mask_mov_ps(no.v, condition, yes.v));
}

/// A double for each float of a Vector.
struct Doubles {
  __m512d low = _mm512_setzero_pd();
  __m512d high = _mm512_setzero_pd();

  static Doubles load(const double* from) { return {_mm512_loadu_pd(from), _mm512_loadu_pd(from + 8)}; }
  void store(double* to) const {
    _mm512_storeu_pd(to, low);
    _mm512_storeu_pd(to + 8, high);
  }
  void add(Doubles other) {
    low = _mm512_add_pd(low, other.low);
    high = _mm512_add_pd(high, other.high);
  }
  void add(Vector a) { add(widened(a)); }
  void add_product(Vector a, Vector b) {
    const Doubles wide_a = widened(a);
    const Doubles wide_b = widened(b);
    low = _mm512_fmadd_pd(wide_a.low, wide_b.low, low);
    high = _mm512_fmadd_pd(wide_a.high, wide_b.high, high);
  }
  double total() const { return _mm512_reduce_add_pd(_mm512_add_pd(low, high)); }

  static Doubles widened(Vector a) {
    return {_mm512_cvtps_pd(_mm512_castps512_ps256(a.v)), _mm512_cvtps_pd(_mm512_extractf32x8_ps(a.v, 1))};
  }
};

/// Sixteen words for a random generator.
struct Words {
  static constexpr std::int64_t width = 16;
  __m512i v;

  explicit Words(__m512i all) : v(all) {}
  explicit Words(std::uint32_t all) : v(_mm512_set1_epi32(static_cast<int>(all))) {}
  static Words load(const std::uint32_t* from) { return Words(_mm512_loadu_si512(from)); }
  void store(std::uint32_t* to) const { _mm512_storeu_si512(to, v); }

  Words lower_product(std::uint32_t factor) const { return Words(_mm512_mullo_epi32(v, Words(factor).v)); }
  Words upper_product(std::uint32_t factor) const {
    const __m512i even = _mm512_mul_epu32(v, Words(factor).v);
    const __m512i odd = _mm512_mul_epu32(_mm512_srli_epi64(v, 32), Words(factor).v);
    return Words(_mm512_mask_blend_epi32(0xAAAA, _mm512_srli_epi64(even, 32), odd));
  }
};

inline Words operator^(Words a, Words b) {
  return Words(_mm512_xor_si512(a.v, b.v));
}

#include "kernels/cpu/vector_loops.inl"

} // namespace

const VectorKernels avx512_kernels = loops;

} // namespace mammo::kernels
