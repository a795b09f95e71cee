#pragma once

#include <string_view>
#include <tuple>

namespace mammo {

// One step of an optimiser for one parameter p with gradient g. The numbers that change from step to step
// come as a tensor, so that one plan serves all steps. The results may be written over the inputs of the same
// name: dispatch_into.

/// Gradient descent with momentum (Sutskever et al. 2013, as PyTorch writes it): p, g, velocity like p,
/// settings f64 [3] = rate, momentum, weight decay -> p, velocity.
///   g' = g + decay p;  v = momentum v + g';  p -= rate (g' + momentum v) where `nesterov`, else rate v
struct SgdStep {
  static constexpr std::string_view name = "sgd_step";
  bool nesterov = false;

  auto fields() const { return std::tuple(nesterov); }
};

/// Adam (Kingma and Ba 2015, algorithm 1): p, g, first and second moment like p, settings f64 [6] = rate,
/// beta1, beta2, eps, weight decay, step (from 1) -> p, first, second moment. The decay is added to the
/// gradient, or, where `decoupled`, p is first multiplied by 1 - rate decay (AdamW, Loshchilov and Hutter
/// 2019).
struct AdamStep {
  static constexpr std::string_view name = "adam_step";
  bool decoupled = false;

  auto fields() const { return std::tuple(decoupled); }
};

/// average, p like average, settings f64 [1] = decay -> decay average + (1 - decay) p.
struct AverageStep {
  static constexpr std::string_view name = "average_step";

  static auto fields() { return std::tuple(); }
};

} // namespace mammo
