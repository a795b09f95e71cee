#include "mammo/nn/linear.hpp"

#include "mammo/ops/convolution.hpp"

namespace mammo::nn {

Linear::Linear(const LinearConfig& config) : config_(config) {
  require<ArgumentError>(config.in_features > 0 && config.out_features > 0, "linear layer of ",
                         config.in_features, " to ", config.out_features,
                         " features, expected positive numbers");
  add_parameter("weight", weight_, {config.out_features, config.in_features}, Initial::xavier_uniform);
  if (config.bias) add_parameter("bias", bias_, {config.out_features});
}

Tensor Linear::forward(const Tensor& x, Activation activation) const {
  require<TypeError>(weight_.defined(), "linear layer without weights; load some first");
  return linear(x, weight_, bias_, {.activation = activation});
}

} // namespace mammo::nn
