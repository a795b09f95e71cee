#include "mammo/models/unet.hpp"

#include "models/segmentation.hpp"

namespace mammo::models {
namespace {

const UNetConfig& checked(const UNetConfig& config) {
  check_levels("U-Net", config.channels);
  check_ends("U-Net", config.input_channels, config.num_classes);
  require<ArgumentError>(config.head_kernel == 1 || config.head_kernel == 3, "U-Net with a head of kernel ",
                         config.head_kernel, ", expected 1 or 3");
  return config;
}

} // namespace

UNetConfig residual_unet() {
  return {.input_channels = 3, .residual_encoder = true, .head_kernel = 3};
}

UNet::UNet(const UNetConfig& config)
    : config_(checked(config)),
      encoder_({.input_channels = config.input_channels,
                .channels = config.channels,
                .residual = config.residual_encoder}),
      decoder_({.channels = config.channels,
                .residual = config.residual_decoder,
                .attention_gates = config.attention_gates}),
      head_(segmentation_head(config.channels.front(), config.num_classes, config.head_kernel)) {
  add("encoder", encoder_);
  add("decoder", decoder_);
  add("head", head_);
}

Tensor UNet::forward(const Tensor& x) const {
  check_picture("U-Net", x, deepest_stride(config_.channels.size()));
  return head_.forward(decoder_.forward(encoder_.forward(x)).front());
}

} // namespace mammo::models
