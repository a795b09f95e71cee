#pragma once

#include <string>
#include <string_view>

namespace mammo::pipeline {

namespace detail {

template <class T>
constexpr std::string_view spelled() {
  return __PRETTY_FUNCTION__; // NOLINT: "... [with T = int; ...]", which g++ and clang both have
}

/// The compiler's spelling with the library's longest words shortened: "std::string", no allocators.
std::string readable_type(std::string_view spelling);

} // namespace detail

/// The name of a type, for people: two compilers spell some differently.
template <class T>
std::string type_name() {
  constexpr std::string_view sample = detail::spelled<void>();
  constexpr std::size_t before = sample.find("T = void") + 4;
  constexpr std::size_t after = sample.size() - before - 4;
  constexpr std::string_view whole = detail::spelled<T>();
  return detail::readable_type(whole.substr(before, whole.size() - before - after));
}

} // namespace mammo::pipeline
