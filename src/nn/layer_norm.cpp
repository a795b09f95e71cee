#include "mammo/nn/layer_norm.hpp"

#include "mammo/ops/normalization.hpp"

namespace mammo::nn {

LayerNorm::LayerNorm(const LayerNormConfig& config) : config_(config) {
  require<ArgumentError>(config.features > 0, "layer norm of ", config.features,
                         " features, expected a positive number");
  require<ArgumentError>(config.eps > 0, "layer norm with eps ", config.eps, ", expected a positive number");
  add_parameter("weight", weight_, {config.features});
  add_parameter("bias", bias_, {config.features});
}

Tensor LayerNorm::forward(const Tensor& x) const {
  require<TypeError>(weight_.defined(), "layer norm without weights; load some first");
  return layer_norm(x, weight_, bias_, config_.eps);
}

} // namespace mammo::nn
