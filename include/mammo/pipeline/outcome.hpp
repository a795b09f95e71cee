#pragma once

#include "mammo/core/error.hpp"

#include <cstdint>
#include <exception>
#include <string>
#include <utility>
#include <variant>

namespace mammo::pipeline {

/// Why an item of a stream became nothing.
struct ItemError {
  std::string stage;  ///< that threw: its name, "stage 2", "source" or "sink"
  std::string input;  ///< the item as it came from the source, for people: a path, a text, else "item 7"
  std::string reason; ///< what() of the exception
  std::exception_ptr exception;
};

/// An item at a stream's end: its value, or why there is none.
template <class T>
class Outcome {
 public:
  Outcome(std::uint64_t index, T value) : index_(index), state_(std::in_place_index<0>, std::move(value)) {}
  Outcome(std::uint64_t index, ItemError error)
      : index_(index), state_(std::in_place_index<1>, std::move(error)) {}

  /// Of the item in the source, from 0.
  std::uint64_t index() const { return index_; }
  bool has_value() const { return state_.index() == 0; }
  explicit operator bool() const { return has_value(); }

  /// Throw Error, with the reason, where there is none.
  const T& value() const& {
    check();
    return std::get<0>(state_);
  }
  T& value() & {
    check();
    return std::get<0>(state_);
  }
  T&& value() && {
    check();
    return std::get<0>(std::move(state_));
  }
  /// Only where there is no value.
  const ItemError& error() const { return std::get<1>(state_); }

 private:
  void check() const {
    if (has_value()) return;
    throw Error(concat(error().stage, ": ", error().input, ": ", error().reason));
  }

  std::uint64_t index_;
  std::variant<T, ItemError> state_;
};

} // namespace mammo::pipeline
