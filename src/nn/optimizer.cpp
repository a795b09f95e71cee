#include "mammo/nn/optimizer.hpp"

#include "mammo/backend/dispatch.hpp"
#include "mammo/nn/name_pattern.hpp"
#include "mammo/ops/autograd.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <span>
#include <string_view>
#include <utility>

namespace mammo::nn {
namespace {

void check_factor(double value, const char* what) {
  require<ArgumentError>(std::isfinite(value) && value >= 0, "optimiser with ", what, ' ', value,
                         ", expected a number from 0 on");
}

void check_fraction(double value, const char* what) {
  require<ArgumentError>(value >= 0 && value < 1, "optimiser with ", what, ' ', value,
                         ", expected at least 0 and below 1");
}

void check(const Sgd& sgd) {
  check_factor(sgd.rate, "rate");
  check_factor(sgd.weight_decay, "weight decay");
  check_fraction(sgd.momentum, "momentum");
  require<ArgumentError>(!sgd.nesterov || sgd.momentum > 0, "Nesterov's momentum of 0");
}

void check(const Adam& adam) {
  check_factor(adam.rate, "rate");
  check_factor(adam.weight_decay, "weight decay");
  check_fraction(adam.beta1, "beta1");
  check_fraction(adam.beta2, "beta2");
  require<ArgumentError>(adam.eps > 0, "optimiser with eps ", adam.eps, ", expected a positive number");
}

std::span<const std::string_view> moment_names(const Optimizer::Method& method) {
  static constexpr std::array<std::string_view, 1> sgd{"velocity"};
  static constexpr std::array<std::string_view, 2> adam{"first_moment", "second_moment"};
  if (std::holds_alternative<Sgd>(method)) return sgd;
  return adam;
}

constexpr std::string_view steps_name = "steps";

// The settings of one parameter at one step.
struct Settings {
  double rate_factor = 1;
  double decay_factor = 1;
  std::optional<double> momentum;
};

void apply(const Sgd& sgd, const Settings& s, Tensor p, const Tensor& g, std::span<Tensor> moments,
           std::int64_t) {
  const Tensor settings = Tensor::from(
      {sgd.rate * s.rate_factor, s.momentum.value_or(sgd.momentum), sgd.weight_decay * s.decay_factor}, {3});
  std::array outputs{p, moments[0]};
  dispatch_into(SgdStep{.nesterov = sgd.nesterov}, std::array{p, g, moments[0], settings}, outputs);
}

void apply(const Adam& adam, const Settings& s, Tensor p, const Tensor& g, std::span<Tensor> moments,
           std::int64_t step) {
  const Tensor settings =
      Tensor::from({adam.rate * s.rate_factor, s.momentum.value_or(adam.beta1), adam.beta2, adam.eps,
                    adam.weight_decay * s.decay_factor, static_cast<double>(step)},
                   {6});
  std::array outputs{p, moments[0], moments[1]};
  dispatch_into(AdamStep{.decoupled = adam.decoupled}, std::array{p, g, moments[0], moments[1], settings},
                outputs);
}

bool belongs(const std::string& parameter, const ParameterGroup& group) {
  return std::ranges::any_of(group.names, [&](const auto& name) { return name_matches(parameter, name); });
}

bool is_count(const Tensor& tensor) {
  return tensor.defined() && tensor.dtype() == DType::i64 && tensor.numel() == 1;
}

void check_names(const std::vector<ParameterGroup>& groups, const std::vector<StateEntry>& parameters) {
  for (const ParameterGroup& group : groups) {
    for (const std::string& name : group.names) {
      require<ArgumentError>(
          std::ranges::any_of(parameters, [&](const StateEntry& e) { return name_matches(e.name, name); }),
          "a parameter group names \"", name, "\", which no parameter is called");
    }
  }
}

} // namespace

std::vector<ParameterGroup> layer_wise_rates(const std::vector<std::vector<std::string>>& layers,
                                             double decay) {
  require<ArgumentError>(decay > 0 && decay <= 1, "layer-wise rates with decay ", decay,
                         ", expected above 0 and at most 1");
  std::vector<ParameterGroup> groups;
  for (const auto& names : layers) {
    for (ParameterGroup& earlier : groups) earlier.rate *= decay;
    groups.push_back({.names = names});
  }
  return groups;
}

Optimizer::Optimizer(const Method& method, std::vector<ParameterGroup> groups)
    : method_(method), groups_(std::move(groups)) {
  std::visit([](const auto& m) { check(m); }, method_);
  for (const ParameterGroup& group : groups_) {
    check_factor(group.rate, "a group's rate");
    check_factor(group.weight_decay, "a group's weight decay");
  }
}

void Optimizer::step(Module& module, double rate_factor, std::optional<double> momentum) {
  check_factor(rate_factor, "rate factor");
  if (momentum) check_fraction(*momentum, "momentum");
  const std::vector<StateEntry> parameters = module.named_parameters();
  check_names(groups_, parameters);
  for (const StateEntry& parameter : parameters) {
    const Tensor gradient = grad(parameter.tensor);
    if (!gradient.defined()) continue;
    Settings settings{.rate_factor = rate_factor, .momentum = momentum};
    for (const ParameterGroup& group : groups_) {
      if (!belongs(parameter.name, group)) continue;
      settings.rate_factor *= group.rate;
      settings.decay_factor *= group.weight_decay;
    }
    Gathered& gathered = gathered_[parameter.name];
    while (gathered.moments.size() < moment_names(method_).size()) {
      gathered.moments.push_back(Tensor::zeros(parameter.shape, {.dtype = parameter.tensor.dtype()}));
    }
    require<ShapeError>(gathered.moments[0].shape() == parameter.shape, "the optimiser gathered ",
                        gathered.moments[0].shape(), " of ", parameter.name, ", which is ", parameter.shape);
    std::visit(
        [&](const auto& method) {
          apply(method, settings, parameter.tensor, gradient, gathered.moments, gathered.steps + 1);
        },
        method_);
    ++gathered.steps;
  }
}

StateDict Optimizer::state_dict() const {
  const auto names = moment_names(method_);
  StateDict tensors;
  for (const auto& [parameter, gathered] : gathered_) {
    tensors[concat(steps_name, '.', parameter)] = Tensor::from({gathered.steps}, {});
    for (std::size_t i = 0; i < names.size(); ++i) {
      tensors[concat(names[i], '.', parameter)] = gathered.moments[i];
    }
  }
  return tensors;
}

void Optimizer::load_state_dict(const StateDict& tensors) {
  const auto names = moment_names(method_);
  std::vector<std::string> missing;
  std::vector<std::string> unexpected;
  std::vector<std::string> misfits;
  std::map<std::string, Gathered, std::less<>> fresh;
  for (const auto& [key, tensor] : tensors) {
    const std::size_t dot = std::min(key.find('.'), key.size() - 1);
    const std::string_view what = std::string_view(key).substr(0, dot);
    const auto moment = static_cast<std::size_t>(std::ranges::find(names, what) - names.begin());
    if (what != steps_name && moment == names.size()) {
      unexpected.push_back(key);
      continue;
    }
    Gathered& gathered = fresh[key.substr(dot + 1)];
    gathered.moments.resize(names.size());
    if (what == steps_name && is_count(tensor)) {
      gathered.steps = tensor.item<std::int64_t>();
    } else if (what != steps_name && tensor.defined() && is_floating(tensor.dtype())) {
      gathered.moments[moment] = tensor.clone();
    } else {
      misfits.push_back(key);
    }
  }
  for (const auto& [parameter, gathered] : fresh) {
    const auto demand = [&](std::string_view what) {
      std::string key = concat(what, '.', parameter);
      if (!tensors.contains(key)) missing.push_back(std::move(key));
    };
    demand(steps_name);
    for (const std::string_view name : names) demand(name);
  }
  if (!missing.empty() || !unexpected.empty() || !misfits.empty()) {
    throw StateDictError("the optimiser", std::move(missing), std::move(unexpected), std::move(misfits));
  }
  gathered_ = std::move(fresh);
}

} // namespace mammo::nn
