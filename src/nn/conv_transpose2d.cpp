#include "mammo/nn/conv_transpose2d.hpp"

#include "mammo/ops/convolution.hpp"

namespace mammo::nn {

ConvTranspose2d::ConvTranspose2d(const ConvTranspose2dConfig& config) : config_(config) {
  require<ArgumentError>(config.in_channels > 0 && config.out_channels > 0, "transposed convolution of ",
                         config.in_channels, " to ", config.out_channels,
                         " channels, expected positive numbers");
  require<ArgumentError>(config.kernel.height > 0 && config.kernel.width > 0,
                         "transposed convolution kernel ", config.kernel.height, " x ", config.kernel.width,
                         ", expected positive sizes");
  require<ArgumentError>(config.groups > 0 && config.in_channels % config.groups == 0 &&
                             config.out_channels % config.groups == 0,
                         config.groups, " groups for ", config.in_channels, " to ", config.out_channels,
                         " channels, expected a divisor of both");
  add_parameter(
      "weight", weight_,
      {config.in_channels, config.out_channels / config.groups, config.kernel.height, config.kernel.width});
  if (config.bias) add_parameter("bias", bias_, {config.out_channels});
}

Tensor ConvTranspose2d::forward(const Tensor& x) const {
  require<TypeError>(weight_.defined(), "transposed convolution without weights; load some first");
  return conv_transpose2d(x, weight_, bias_,
                          {.stride = config_.stride,
                           .padding = config_.padding,
                           .output_padding = config_.output_padding,
                           .dilation = config_.dilation,
                           .groups = config_.groups});
}

} // namespace mammo::nn
