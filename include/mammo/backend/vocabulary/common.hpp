#pragma once

#include <cstdint>

namespace mammo {

/// Height and width of something; one number stands for both.
struct Size2d {
  std::int64_t height = 0;
  std::int64_t width = 0;

  constexpr Size2d() = default;
  // NOLINTNEXTLINE(google-explicit-constructor): `.stride = 2` is what a caller wants to write.
  constexpr Size2d(std::int64_t both) : height(both), width(both) {}
  constexpr Size2d(std::int64_t h, std::int64_t w) : height(h), width(w) {}
  bool operator==(const Size2d&) const = default;
};

enum class Activation : std::uint8_t { none, relu };

} // namespace mammo
