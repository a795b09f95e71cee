#include "mammo/core/shape.hpp"

#include "mammo/core/error.hpp"

#include <algorithm>

namespace mammo {

Dims::Dims(std::span<const std::int64_t> values) {
  require<ShapeError>(values.size() <= max_rank, "rank ", values.size(), ", expected at most ", max_rank);
  std::ranges::copy(values, values_.begin());
  rank_ = static_cast<int>(values.size());
}

Dims Dims::filled(int rank, std::int64_t value) {
  Dims result;
  for (int d = 0; d < rank; ++d) result.push_back(value);
  return result;
}

void Dims::push_back(std::int64_t value) {
  require<ShapeError>(rank_ < max_rank, "rank ", rank_ + 1, ", expected at most ", max_rank);
  values_[static_cast<std::size_t>(rank_++)] = value;
}

bool Dims::operator==(const Dims& other) const {
  return std::equal(begin(), end(), other.begin(), other.end());
}

std::size_t Dims::index(int d) const {
  require<ShapeError>(d >= -rank_ && d < rank_, "dimension ", d, " of ", *this, ", expected ", -rank_, " to ",
                      rank_ - 1);
  return static_cast<std::size_t>(d < 0 ? d + rank_ : d);
}

std::int64_t numel(const Shape& shape) {
  std::int64_t count = 1;
  bool fits = true;
  bool empty = false;
  for (const auto size : shape) {
    require<ShapeError>(size >= 0, "shape ", shape, " has a negative size");
    if (size == 0) empty = true;
    if (!empty && __builtin_mul_overflow(count, size, &count)) fits = false;
  }
  if (empty) return 0;
  require<ShapeError>(fits, "shape ", shape, " has more elements than 63 bits count");
  return count;
}

Strides row_major_strides(const Shape& shape) {
  Strides strides = Dims::filled(shape.rank(), 1);
  for (int d = shape.rank() - 2; d >= 0; --d) {
    // Only a tensor without elements can overflow here, and nothing is ever read at its strides.
    const bool fits =
        !__builtin_mul_overflow(strides[d + 1], std::max<std::int64_t>(shape[d + 1], 1), &strides[d]);
    if (!fits) strides[d] = 1;
  }
  return strides;
}

Shape broadcast(const Shape& a, const Shape& b) {
  const int rank = std::max(a.rank(), b.rank());
  Shape result = Dims::filled(rank, 1);
  for (int d = 1; d <= rank; ++d) {
    const std::int64_t size_a = d <= a.rank() ? a[-d] : 1;
    const std::int64_t size_b = d <= b.rank() ? b[-d] : 1;
    require<ShapeError>(size_a == size_b || size_a == 1 || size_b == 1, "shapes ", a, " and ", b,
                        " do not broadcast");
    result[-d] = size_a == 1 ? size_b : size_a;
  }
  return result;
}

std::ostream& operator<<(std::ostream& out, const Dims& dims) {
  out << '[';
  const char* separator = "";
  for (const auto value : dims) {
    out << separator << value;
    separator = ", ";
  }
  return out << ']';
}

} // namespace mammo
