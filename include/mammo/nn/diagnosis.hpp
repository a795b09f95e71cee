#pragma once

#include "mammo/backend/observer.hpp"
#include "mammo/nn/module.hpp"

#include <functional>
#include <memory>
#include <optional>
#include <string>

namespace mammo::nn {

/// The first operation of a run with a result, or a parameter, that is not finite.
struct NonFinite {
  std::string operation; ///< `conv2d`, `unary_gradient`, ...
  /// The layer whose parameter it takes, `layer1.0.conv1`; where it takes none, the layer of the last
  /// operation before it that did, and `is_after` is true; empty where none did.
  std::string layer;
  bool is_after = false;
  /// What it took that was not finite already: a parameter's name, or "an input of the network"; empty where
  /// all was finite.
  std::string cause;

  /// "conv2d of layer1.0.conv1 is the first operation ...".
  std::string message() const;
};

/// Looks over the shoulder of `run`, which does forward, and backward too where the gradients matter, with
/// this module on the calling thread. For a loss that has become NaN: give it the same batch again (and
/// training_generator() at the place where it was). Nothing where all results are finite.
std::optional<NonFinite> first_non_finite(const Module& module, const std::function<void()>& run);

/// While it lives, an OutOfMemory thrown by an operation of the calling thread begins with the layer for
/// which there was no memory. It knows the weights that the module has when the scope begins.
class NameFailingLayer {
 public:
  explicit NameFailingLayer(const Module& module);
  ~NameFailingLayer();
  NameFailingLayer(const NameFailingLayer&) = delete;
  NameFailingLayer& operator=(const NameFailingLayer&) = delete;

 private:
  std::unique_ptr<OperationObserver> observer_;
  ObserverScope scope_;
};

} // namespace mammo::nn
