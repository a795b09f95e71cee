#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string_view>

namespace mammo::nn {

/// FNV-1a with 64 bits (Fowler, Noll and Vo; draft-eastlake-fnv, section 2). Every step is a bijection, so a
/// change in any one byte always changes the sum.
class Fnv {
 public:
  void add(std::span<const std::byte> bytes) {
    for (const std::byte byte : bytes) {
      sum_ ^= std::to_integer<std::uint64_t>(byte);
      sum_ *= 0x100000001b3u;
    }
  }
  void add(std::string_view text) { add(std::as_bytes(std::span(text.data(), text.size()))); }

  std::uint64_t sum() const { return sum_; }

 private:
  std::uint64_t sum_ = 0xcbf29ce484222325u;
};

} // namespace mammo::nn
