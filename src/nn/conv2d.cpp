#include "mammo/nn/conv2d.hpp"

#include "mammo/ops/convolution.hpp"

namespace mammo::nn {

Conv2d::Conv2d(const Conv2dConfig& config) : config_(config) {
  require<ArgumentError>(config.in_channels > 0 && config.out_channels > 0, "convolution of ",
                         config.in_channels, " to ", config.out_channels,
                         " channels, expected positive numbers");
  require<ArgumentError>(config.kernel.height > 0 && config.kernel.width > 0, "convolution kernel ",
                         config.kernel.height, " x ", config.kernel.width, ", expected positive sizes");
  require<ArgumentError>(config.groups > 0 && config.in_channels % config.groups == 0 &&
                             config.out_channels % config.groups == 0,
                         config.groups, " groups for ", config.in_channels, " to ", config.out_channels,
                         " channels, expected a divisor of both");
  add_parameter(
      "weight", weight_,
      {config.out_channels, config.in_channels / config.groups, config.kernel.height, config.kernel.width});
  if (config.bias) add_parameter("bias", bias_, {config.out_channels});
}

Tensor Conv2d::forward(const Tensor& x, Activation activation, const Tensor& residual) const {
  require<TypeError>(weight_.defined(), "convolution without weights; load some first");
  return conv2d(x, weight_, bias_,
                {.stride = config_.stride,
                 .padding = config_.padding,
                 .dilation = config_.dilation,
                 .groups = config_.groups,
                 .activation = activation},
                residual);
}

} // namespace mammo::nn
