#include "mammo/nn/average.hpp"

#include "mammo/backend/dispatch.hpp"

#include <array>
#include <span>

namespace mammo::nn {
namespace {

StateDict copied(const StateDict& tensors) {
  StateDict copies;
  for (const auto& [name, tensor] : tensors) copies.emplace(name, tensor.clone());
  return copies;
}

// Throws unless `given` has tensors of the same names, shapes and dtypes.
void check_same(const std::string& taker, const StateDict& expected, const StateDict& given) {
  std::vector<std::string> missing;
  std::vector<std::string> unexpected;
  std::vector<std::string> misfits;
  for (const auto& [name, tensor] : expected) {
    const auto found = given.find(name);
    if (found == given.end()) {
      missing.push_back(name);
    } else if (!found->second.defined() || found->second.shape() != tensor.shape() ||
               found->second.dtype() != tensor.dtype()) {
      misfits.push_back(name);
    }
  }
  for (const auto& [name, tensor] : given) {
    if (!expected.contains(name)) unexpected.push_back(name);
  }
  if (!missing.empty() || !unexpected.empty() || !misfits.empty()) {
    throw StateDictError(taker, std::move(missing), std::move(unexpected), std::move(misfits));
  }
}

} // namespace

MovingAverage::MovingAverage(const Module& module, double decay)
    : decay_(decay), averages_(copied(module.state_dict())) {
  require<ArgumentError>(decay >= 0 && decay < 1, "moving average with decay ", decay,
                         ", expected at least 0 and below 1");
}

void MovingAverage::update(const Module& module) {
  const StateDict values = module.state_dict();
  check_same("the moving average", averages_, values);
  const Tensor settings = Tensor::from({decay_}, {1});
  for (auto& [name, average] : averages_) {
    dispatch_into(AverageStep{}, std::array{average, values.find(name)->second, settings},
                  std::span(&average, 1));
  }
}

void MovingAverage::load_state_dict(const StateDict& tensors) {
  check_same("the moving average", averages_, tensors);
  averages_ = copied(tensors);
}

AveragedWeights::AveragedWeights(Module& module, const MovingAverage& average)
    : tensors_(module.state_dict()), own_(copied(tensors_)) {
  check_same("the module", tensors_, average.state_dict());
  for (auto& [name, tensor] : tensors_) tensor.copy_from(average.state_dict().find(name)->second);
}

AveragedWeights::~AveragedWeights() {
  for (auto& [name, tensor] : tensors_) tensor.copy_from(own_.find(name)->second);
}

} // namespace mammo::nn
