#pragma once

#include <array>
#include <cstdint>
#include <initializer_list>
#include <ostream>
#include <span>

namespace mammo {

/// Up to eight sizes, one a dimension, held in place: a shape, strides, or an index.
class Dims {
 public:
  static constexpr int max_rank = 8;

  Dims() = default;
  Dims(std::initializer_list<std::int64_t> values) : Dims(std::span(values.begin(), values.size())) {}
  /// Throws ShapeError above eight dimensions.
  explicit Dims(std::span<const std::int64_t> values);
  static Dims filled(int rank, std::int64_t value);

  int rank() const { return rank_; }
  /// Negative `d` counts from the end. Throws ShapeError out of range.
  std::int64_t operator[](int d) const { return values_[index(d)]; }
  std::int64_t& operator[](int d) { return values_[index(d)]; }
  const std::int64_t* begin() const { return values_.data(); }
  const std::int64_t* end() const { return values_.data() + rank_; }
  void push_back(std::int64_t value);
  bool operator==(const Dims& other) const;

 private:
  std::size_t index(int d) const;

  std::array<std::int64_t, max_rank> values_{};
  int rank_ = 0;
};

using Shape = Dims;
using Strides = Dims;

/// Product of the sizes; 1 for rank 0. Throws ShapeError on a negative size or where the product does not
/// fit 63 bits.
std::int64_t numel(const Shape& shape);

/// Strides, in elements, of a dense row-major tensor.
Strides row_major_strides(const Shape& shape);

/// The shape that two shapes broadcast to (NumPy's rule). Throws ShapeError naming both.
Shape broadcast(const Shape& a, const Shape& b);

/// Written as `[1, 3, 800, 448]`.
std::ostream& operator<<(std::ostream& out, const Dims& dims);

} // namespace mammo
