// Compiled for AVX2 and FMA. Only names with internal linkage, and no header with inline functions but the
// compiler's own: an inline function compiled here could be the copy that the linker keeps for machines
// without AVX2.
#include "kernels/cpu/vector_kernels.hpp"

#include <immintrin.h>

namespace mammo::kernels {
namespace {

inline __m256i mask_of(std::int64_t count) {
  const __m256i lanes = _mm256_setr_epi32(0, 1, 2, 3, 4, 5, 6, 7);
  return _mm256_cmpgt_epi32(_mm256_set1_epi32(static_cast<int>(count)), lanes);
}

struct Vector {
  static constexpr std::int64_t width = 8;
  __m256 v;

  explicit Vector(__m256 all) : v(all) {}
  explicit Vector(float all) : v(_mm256_set1_ps(all)) {}
  static Vector load(const float* from) { return Vector(_mm256_loadu_ps(from)); }
  static Vector load(const float* from, std::int64_t count) {
    return Vector(_mm256_maskload_ps(from, mask_of(count)));
  }
  void store(float* to) const { _mm256_storeu_ps(to, v); }
  void store(float* to, std::int64_t count) const { _mm256_maskstore_ps(to, mask_of(count), v); }

  // These keep NaN: the instruction returns its second operand where either is one.
  Vector at_least(float bound) const { return Vector(_mm256_max_ps(_mm256_set1_ps(bound), v)); }
  Vector at_most(float bound) const { return Vector(_mm256_min_ps(_mm256_set1_ps(bound), v)); }
  Vector rounded() const { return Vector(_mm256_round_ps(v, _MM_FROUND_TO_NEAREST_INT | _MM_FROUND_NO_EXC)); }
  Vector root() const { return Vector(_mm256_sqrt_ps(v)); }
  /// Itself, but 0 where y is 0 or less.
  Vector where_kept(Vector y) const {
    return Vector(_mm256_and_ps(v, _mm256_cmp_ps(y.v, _mm256_setzero_ps(), _CMP_NLE_UQ)));
  }
  Vector magnitude() const { return Vector(_mm256_andnot_ps(_mm256_set1_ps(-0.0F), v)); }
  /// 2^v for an integer v from -126 to 127.
  Vector power_of_two() const {
    const __m256i biased = _mm256_add_epi32(_mm256_cvtps_epi32(v), _mm256_set1_epi32(127));
    return Vector(_mm256_castsi256_ps(_mm256_slli_epi32(biased, 23)));
  }
  /// e and m of a normal number above 0, 2^e m, m from 1 to 2.
  Vector exponent() const {
    const __m256i biased = _mm256_srli_epi32(_mm256_castps_si256(v), 23);
    return Vector(_mm256_cvtepi32_ps(_mm256_sub_epi32(biased, _mm256_set1_epi32(127))));
  }
  Vector mantissa() const {
    const __m256 fraction = _mm256_and_ps(v, _mm256_castsi256_ps(_mm256_set1_epi32(0x7FFFFF)));
    return Vector(_mm256_or_ps(fraction, _mm256_set1_ps(1.0F)));
  }
};

inline Vector operator+(Vector a, Vector b) {
  return Vector(_mm256_add_ps(a.v, b.v));
}
inline Vector operator-(Vector a, Vector b) {
  return Vector(_mm256_sub_ps(a.v, b.v));
}
inline Vector operator*(Vector a, Vector b) {
  return Vector(_mm256_mul_ps(a.v, b.v));
}
inline Vector operator/(Vector a, Vector b) {
  return Vector(_mm256_div_ps(a.v, b.v));
}
inline Vector operator-(Vector a) {
  return Vector(_mm256_xor_ps(_mm256_set1_ps(-0.0F), a.v));
}
inline Vector multiply_add(Vector a, Vector b, Vector c) {
  return Vector(_mm256_fmadd_ps(a.v, b.v, c.v));
}
inline Vector larger(Vector a, Vector b) {
  return Vector(_mm256_blendv_ps(_mm256_max_ps(a.v, b.v), a.v, _mm256_cmp_ps(a.v, a.v, _CMP_UNORD_Q)));
}
inline Vector smaller(Vector a, Vector b) {
  return Vector(_mm256_blendv_ps(_mm256_min_ps(a.v, b.v), a.v, _mm256_cmp_ps(a.v, a.v, _CMP_UNORD_Q)));
}
/// `yes` where a <= b, `no` where not or where either is NaN.
inline Vector where_at_most(Vector a, Vector b, Vector yes, Vector no) {
  return Vector(_mm256_blendv_ps(no.v, yes.v, _mm256_cmp_ps(a.v, b.v, _CMP_LE_OQ)));
}

/// Whether a is larger than b, or NaN where b is a number.
inline __m256 beats(Vector a, Vector b) {
  const __m256 not_less = _mm256_cmp_ps(a.v, b.v, _CMP_NLE_UQ);
  return _mm256_and_ps(not_less, _mm256_cmp_ps(b.v, b.v, _CMP_ORD_Q));
}
inline __m256 equals(Vector a, Vector b) {
  return _mm256_cmp_ps(a.v, b.v, _CMP_EQ_OQ);
}
inline Vector choose(__m256 condition, Vector yes, Vector no) {
  return Vector(_mm256_blendv_ps(no.v, yes.v, condition));
}

/// A double for each float of a Vector.
struct Doubles {
  __m256d low = _mm256_setzero_pd();
  __m256d high = _mm256_setzero_pd();

  static Doubles load(const double* from) { return {_mm256_loadu_pd(from), _mm256_loadu_pd(from + 4)}; }
  void store(double* to) const {
    _mm256_storeu_pd(to, low);
    _mm256_storeu_pd(to + 4, high);
  }
  void add(Doubles other) {
    low = _mm256_add_pd(low, other.low);
    high = _mm256_add_pd(high, other.high);
  }
  void add(Vector a) { add(widened(a)); }
  void add_product(Vector a, Vector b) {
    const Doubles wide_a = widened(a);
    const Doubles wide_b = widened(b);
    low = _mm256_fmadd_pd(wide_a.low, wide_b.low, low);
    high = _mm256_fmadd_pd(wide_a.high, wide_b.high, high);
  }
  double total() const {
    const __m256d halves = _mm256_add_pd(low, high);
    const __m128d pair = _mm_add_pd(_mm256_castpd256_pd128(halves), _mm256_extractf128_pd(halves, 1));
    return _mm_cvtsd_f64(_mm_add_sd(pair, _mm_unpackhi_pd(pair, pair)));
  }

  static Doubles widened(Vector a) {
    return {_mm256_cvtps_pd(_mm256_castps256_ps128(a.v)), _mm256_cvtps_pd(_mm256_extractf128_ps(a.v, 1))};
  }
};

/// Eight words for a random generator.
struct Words {
  static constexpr std::int64_t width = 8;
  __m256i v;

  explicit Words(__m256i all) : v(all) {}
  explicit Words(std::uint32_t all) : v(_mm256_set1_epi32(static_cast<int>(all))) {}
  static Words load(const std::uint32_t* from) {
    return Words(_mm256_loadu_si256(static_cast<const __m256i*>(static_cast<const void*>(from))));
  }
  void store(std::uint32_t* to) const {
    _mm256_storeu_si256(static_cast<__m256i*>(static_cast<void*>(to)), v);
  }

  Words lower_product(std::uint32_t factor) const { return Words(_mm256_mullo_epi32(v, Words(factor).v)); }
  Words upper_product(std::uint32_t factor) const {
    const __m256i even = _mm256_mul_epu32(v, Words(factor).v);
    const __m256i odd = _mm256_mul_epu32(_mm256_srli_epi64(v, 32), Words(factor).v);
    return Words(_mm256_blend_epi32(_mm256_srli_epi64(even, 32), odd, 0xAA));
  }
};

inline Words operator^(Words a, Words b) {
  return Words(_mm256_xor_si256(a.v, b.v));
}

#include "kernels/cpu/vector_loops.inl"

} // namespace

const VectorKernels avx2_kernels = loops;

} // namespace mammo::kernels
