#include "kernels/cpu/vector_kernels.hpp"

#include <cmath>

namespace mammo::kernels {
namespace {

// One float: the same operations as the wider kinds, for every machine.
struct Vector {
  static constexpr std::int64_t width = 1;
  float v;

  explicit Vector(float all) : v(all) {}
  static Vector load(const float* from) { return Vector(*from); }
  static Vector load(const float* from, std::int64_t) { return Vector(*from); }
  void store(float* to) const { *to = v; }
  void store(float* to, std::int64_t) const { *to = v; }

  // These keep NaN.
  Vector at_least(float bound) const { return Vector(v < bound ? bound : v); }
  Vector at_most(float bound) const { return Vector(v > bound ? bound : v); }
  Vector rounded() const { return Vector(std::nearbyint(v)); }
  Vector root() const { return Vector(std::sqrt(v)); }
  /// Itself, but 0 where y is 0 or less.
  Vector where_kept(Vector y) const { return Vector(y.v <= 0 ? 0 : v); }
  Vector magnitude() const { return Vector(std::fabs(v)); }
  /// 2^v for an integer v from -126 to 127.
  Vector power_of_two() const { return Vector(std::isnan(v) ? v : std::ldexp(1.0F, static_cast<int>(v))); }
  /// e and m of a normal number above 0, 2^e m, m from 1 to 2.
  Vector exponent() const { return Vector(std::logb(v)); }
  Vector mantissa() const {
    int exponent = 0;
    return Vector(2 * std::frexp(v, &exponent));
  }
};

inline Vector operator+(Vector a, Vector b) {
  return Vector(a.v + b.v);
}
inline Vector operator-(Vector a, Vector b) {
  return Vector(a.v - b.v);
}
inline Vector operator*(Vector a, Vector b) {
  return Vector(a.v * b.v);
}
inline Vector operator/(Vector a, Vector b) {
  return Vector(a.v / b.v);
}
inline Vector operator-(Vector a) {
  return Vector(-a.v);
}
// Rounded once in f64, which is close to a fused operation.
inline Vector multiply_add(Vector a, Vector b, Vector c) {
  return Vector(
      static_cast<float>(static_cast<double>(a.v) * static_cast<double>(b.v) + static_cast<double>(c.v)));
}
inline Vector larger(Vector a, Vector b) {
  return Vector(a.v > b.v || std::isnan(a.v) ? a.v : b.v);
}
inline Vector smaller(Vector a, Vector b) {
  return Vector(a.v < b.v || std::isnan(a.v) ? a.v : b.v);
}
/// `yes` where a <= b, `no` where not or where either is NaN.
inline Vector where_at_most(Vector a, Vector b, Vector yes, Vector no) {
  return a.v <= b.v ? yes : no;
}

/// Whether a is larger than b, or NaN where b is a number.
inline bool beats(Vector a, Vector b) {
  return a.v > b.v || (std::isnan(a.v) && !std::isnan(b.v));
}
inline bool equals(Vector a, Vector b) {
  return a.v == b.v;
}
inline Vector choose(bool condition, Vector yes, Vector no) {
  return condition ? yes : no;
}

/// A double for each float of a Vector.
struct Doubles {
  double d = 0;

  static Doubles load(const double* from) { return {*from}; }
  void store(double* to) const { *to = d; }
  void add(Doubles other) { d += other.d; }
  void add(Vector a) { d += static_cast<double>(a.v); }
  void add_product(Vector a, Vector b) { d += static_cast<double>(a.v) * static_cast<double>(b.v); }
  double total() const { return d; }
};

/// One word for a random generator.
struct Words {
  static constexpr std::int64_t width = 1;
  std::uint32_t v;

  explicit Words(std::uint32_t all) : v(all) {}
  static Words load(const std::uint32_t* from) { return Words(*from); }
  void store(std::uint32_t* to) const { *to = v; }

  Words lower_product(std::uint32_t factor) const { return Words(v * factor); }
  Words upper_product(std::uint32_t factor) const {
    return Words(static_cast<std::uint32_t>(std::uint64_t{v} * factor >> 32));
  }
};

inline Words operator^(Words a, Words b) {
  return Words(a.v ^ b.v);
}

#include "kernels/cpu/vector_loops.inl"

} // namespace

const VectorKernels baseline_kernels = loops;

} // namespace mammo::kernels
