#pragma once

#include <bit>
#include <cstdint>
#include <limits>

namespace mammo::cpu {

/// A number that is larger the earlier an element comes: larger values first, NaN before any number, of equal
/// values the lower index. The index can be read back from it.
class OrderKey {
 public:
  OrderKey(float value, std::uint32_t index)
      : bits_(std::uint64_t{rank_of(value)} << 32 | (std::numeric_limits<std::uint32_t>::max() - index)) {}

  std::int64_t index() const {
    return std::numeric_limits<std::uint32_t>::max() - static_cast<std::uint32_t>(bits_);
  }
  bool operator>(OrderKey other) const { return bits_ > other.bits_; }

 private:
  // Floats in order of value: as integers they are, once negative ones are turned around. Adding 0 makes one
  // of both zeros.
  static std::uint32_t rank_of(float value) {
    if (value != value) return std::numeric_limits<std::uint32_t>::max();
    const auto bits = std::bit_cast<std::uint32_t>(value + 0.0F);
    return bits >> 31 != 0 ? ~bits : bits | 0x80000000U;
  }

  std::uint64_t bits_;
};

/// What an OrderKey can index.
inline constexpr std::int64_t most_ordered = std::numeric_limits<std::uint32_t>::max();

} // namespace mammo::cpu
