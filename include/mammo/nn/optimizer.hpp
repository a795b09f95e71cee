#pragma once

#include "mammo/nn/module.hpp"

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <variant>
#include <vector>

namespace mammo::nn {

/// Gradient descent with momentum (Sutskever et al. 2013, as PyTorch writes it). The weight decay is added to
/// the gradient.
struct Sgd {
  double rate = 0.01;
  double momentum = 0;
  double weight_decay = 0;
  bool nesterov = false;
};

/// Adam (Kingma and Ba 2015), or AdamW (Loshchilov and Hutter 2019) where the weight decay is `decoupled`
/// from the gradient.
struct Adam {
  double rate = 1e-3;
  double beta1 = 0.9;
  double beta2 = 0.999;
  double eps = 1e-8;
  double weight_decay = 0;
  bool decoupled = false;
};

/// Parameters that learn by other settings. Factors of all groups that name a parameter are multiplied.
struct ParameterGroup {
  std::vector<std::string> names; ///< patterns (name_pattern.hpp)
  double rate = 1;                ///< times the method's
  double weight_decay = 1;        ///< times the method's
};

/// A group a layer, given from the input to the output of the network: the last learns at the full rate, each
/// one before it at `decay` times the rate of the next (Howard and Ruder 2018, section 3.2).
std::vector<ParameterGroup> layer_wise_rates(const std::vector<std::vector<std::string>>& layers,
                                             double decay);

/// Changes a module's parameters by their gradients. It is a value: it keeps what it has gathered of each
/// parameter under the parameter's name, and is given the module at every step.
///
///     nn::Optimizer optimizer(nn::Sgd{.rate = 0.1, .momentum = 0.9, .weight_decay = 1e-4},
///                             {{.names = {"*.bias"}, .weight_decay = 0}});
///     clear_gradients(net);
///     backward(loss);
///     optimizer.step(net);
///
/// Gradients are added up until they are cleared: to take one step from several batches, call `backward` for
/// each and `step` after the last.
class Optimizer {
 public:
  using Method = std::variant<Sgd, Adam>;

  /// Throws ArgumentError on settings out of range.
  explicit Optimizer(const Method& method, std::vector<ParameterGroup> groups = {});

  /// One step for every parameter that has a gradient, at `rate_factor` times the method's rate; `momentum`,
  /// where given, stands for Sgd's momentum or Adam's beta1. Changes the parameters in place. Throws
  /// ArgumentError where a group's name matches no parameter, and then nothing has changed.
  void step(Module& module, double rate_factor = 1, std::optional<double> momentum = {});

  const Method& method() const { return method_; }
  const std::vector<ParameterGroup>& groups() const { return groups_; }

  /// What it has gathered: `<moment>.<parameter>` and, as i64 [], `steps.<parameter>`. The moments are called
  /// `velocity` or `first_moment` and `second_moment`. Shares memory with the optimiser.
  StateDict state_dict() const;
  /// Takes a copy of what another optimiser of this method had gathered. Throws StateDictError, and then
  /// nothing has changed.
  void load_state_dict(const StateDict& tensors);

 private:
  struct Gathered {
    std::int64_t steps = 0;
    std::vector<Tensor> moments; // as named by the method
  };

  Method method_;
  std::vector<ParameterGroup> groups_;
  std::map<std::string, Gathered, std::less<>> gathered_; // by parameter
};

} // namespace mammo::nn
