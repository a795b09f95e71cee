#pragma once

#include "mammo/backend/observer.hpp"

#include <span>

namespace mammo {

/// The dispatcher's side of the observers.
struct Observers {
  /// The calling thread's innermost scope.
  static thread_local const ObserverScope* innermost;

  static void tell_before(const Operation& operation, std::span<const Tensor> inputs);
  static void tell_after(const Operation& operation, std::span<const Tensor> inputs,
                         std::span<const Tensor> outputs);
  /// Called where an exception is being handled.
  static void tell_failed(const Operation& operation, std::span<const Tensor> inputs);
  template <class Tell>
  static void tell_all(const Tell& tell);
};

/// run(), which carries the operation out and returns its outputs, under the eyes of the observers.
template <class Run>
auto observed(const Operation& operation, std::span<const Tensor> inputs, const Run& run) {
  if (Observers::innermost == nullptr) return run();
  Observers::tell_before(operation, inputs);
  auto outputs = [&] {
    try {
      return run();
    } catch (...) {
      Observers::tell_failed(operation, inputs);
      throw;
    }
  }();
  Observers::tell_after(operation, inputs, outputs);
  return outputs;
}

} // namespace mammo
