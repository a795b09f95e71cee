#pragma once

#include "mammo/nn/module.hpp"

namespace mammo::nn {

/// An exponential moving average of a module's parameters and buffers (Polyak and Juditsky 1992; Tarvainen
/// and Valpola 2017): average = decay average + (1 - decay) value, from the values at its making on.
class MovingAverage {
 public:
  /// Throws ArgumentError unless 0 <= decay < 1, TypeError on a module without weights.
  MovingAverage(const Module& module, double decay);

  /// Takes the module's values in; call it after the optimiser's step. Throws StateDictError on a module with
  /// other tensors.
  void update(const Module& module);

  double decay() const { return decay_; }
  /// The averages under the module's names, for `load_state_dict` of another such module. Shares memory.
  const StateDict& state_dict() const { return averages_; }
  /// Takes a copy of earlier averages of such a module. Throws StateDictError, and then nothing has changed.
  void load_state_dict(const StateDict& tensors);

 private:
  double decay_;
  StateDict averages_;
};

/// While it lives, a module computes with the averages; then it has its own values again.
///
///     {
///       const nn::AveragedWeights averaged(net, average);
///       evaluate(net);
///     }
class AveragedWeights {
 public:
  AveragedWeights(Module& module, const MovingAverage& average);
  ~AveragedWeights();
  AveragedWeights(const AveragedWeights&) = delete;
  AveragedWeights& operator=(const AveragedWeights&) = delete;

 private:
  StateDict tensors_; // of the module
  StateDict own_;     // their values
};

} // namespace mammo::nn
