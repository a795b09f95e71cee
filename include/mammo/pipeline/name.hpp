#pragma once

#include <algorithm>
#include <cstddef>
#include <string_view>

namespace mammo::pipeline {

/// A text that a type can carry, so that a compiler's message can show it: `named<"read">(f)`.
template <std::size_t N>
struct Name {
  char text[N]{};

  constexpr Name(const char (&literal)[N]) { // NOLINT(google-explicit-constructor): "read" is to become one
    std::copy_n(literal, N, text);
  }
  constexpr std::string_view view() const { return {text, N - 1}; }
};

} // namespace mammo::pipeline
