#include "mammo/models/squeeze_excitation.hpp"

#include "mammo/ops/elementwise.hpp"
#include "mammo/ops/pooling.hpp"

namespace mammo::models {

SqueezeExcitation::SqueezeExcitation(const Config& config)
    : fc1_({.in_channels = config.channels, .out_channels = config.hidden}),
      fc2_({.in_channels = config.hidden, .out_channels = config.channels}) {
  add("fc1", fc1_);
  add("fc2", fc2_);
}

Tensor SqueezeExcitation::weights(const Tensor& x) const {
  const Tensor squeezed = fc1_.forward(adaptive_average_pool2d(x, 1), Activation::relu);
  return sigmoid(fc2_.forward(squeezed));
}

Tensor SqueezeExcitation::forward(const Tensor& x) const {
  return multiply(x, weights(x));
}

} // namespace mammo::models
