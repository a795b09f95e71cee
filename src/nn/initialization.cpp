#include "mammo/nn/initialization.hpp"

#include <cmath>

namespace mammo::nn {
namespace {

struct Fans {
  double in;
  double out;
};

Fans fans_of(const Tensor& weight) {
  require<ShapeError>(weight.rank() >= 2, "initial weight ", weight.shape(),
                      ", expected rank 2 or more: outputs, inputs, ...");
  const double kernel =
      static_cast<double>(weight.numel()) / static_cast<double>(weight.size(0) * weight.size(1));
  return {static_cast<double>(weight.size(1)) * kernel, static_cast<double>(weight.size(0)) * kernel};
}

void fill_normal(Tensor& tensor, double variance, Generator& generator) {
  tensor.copy_from(random_normal(tensor.shape(), 0, std::sqrt(variance), generator));
}

// A uniform distribution over -a .. a has variance a^2 / 3.
void fill_uniform(Tensor& tensor, double variance, Generator& generator) {
  const double bound = std::sqrt(3 * variance);
  tensor.copy_from(random_uniform(tensor.shape(), -bound, bound, generator));
}

double he_variance(const Tensor& weight, Fan fan) {
  const Fans fans = fans_of(weight);
  return 2 / (fan == Fan::in ? fans.in : fans.out);
}

double xavier_variance(const Tensor& weight) {
  const Fans fans = fans_of(weight);
  return 2 / (fans.in + fans.out);
}

Initial resolved(const StateEntry& entry) {
  if (entry.initial != Initial::by_shape) return entry.initial;
  if (entry.shape.rank() >= 2) return Initial::he_normal;
  const std::string last = entry.name.substr(entry.name.rfind('.') + 1);
  return last == "weight" || last == "running_var" ? Initial::ones : Initial::zeros;
}

Tensor initial_tensor(const StateEntry& entry, Generator& generator) {
  Tensor tensor = Tensor::zeros(entry.shape);
  switch (resolved(entry)) {
  case Initial::ones: return Tensor::full(entry.shape, 1);
  case Initial::he_normal: he_normal(tensor, generator); break;
  case Initial::xavier_uniform: xavier_uniform(tensor, generator); break;
  case Initial::standard_normal: fill_normal(tensor, 1, generator); break;
  case Initial::by_shape:
  case Initial::zeros: break;
  }
  return tensor;
}

} // namespace

void he_normal(Tensor& weight, Generator& generator, Fan fan) {
  fill_normal(weight, he_variance(weight, fan), generator);
}

void he_uniform(Tensor& weight, Generator& generator, Fan fan) {
  fill_uniform(weight, he_variance(weight, fan), generator);
}

void xavier_normal(Tensor& weight, Generator& generator) {
  fill_normal(weight, xavier_variance(weight), generator);
}

void xavier_uniform(Tensor& weight, Generator& generator) {
  fill_uniform(weight, xavier_variance(weight), generator);
}

void initialize(Module& module, Generator& generator) {
  StateDict weights;
  for (const StateEntry& entry : module.state()) weights[entry.name] = initial_tensor(entry, generator);
  module.load_state_dict(weights);
}

} // namespace mammo::nn
