#include "mammo/models/resnet_unet.hpp"

#include "mammo/ops/arrange.hpp"
#include "mammo/ops/interpolation.hpp"
#include "models/segmentation.hpp"

#include <array>

namespace mammo::models {
namespace {

const ResNetUNetConfig& checked(const ResNetUNetConfig& config) {
  require<ArgumentError>(config.encoder.num_classes == 0,
                         "ResNet U-Net on an encoder with a classifier, expected num_classes 0");
  require<ArgumentError>(config.encoder.replace_stride_with_dilation == std::array<bool, 3>{},
                         "ResNet U-Net on a dilated encoder, expected each stage to halve the resolution");
  require<ArgumentError>(config.decoder_channels.size() == 5, "ResNet U-Net with a decoder of ",
                         config.decoder_channels.size(), " levels, expected 5");
  check_levels("ResNet U-Net", config.decoder_channels);
  check_ends("ResNet U-Net", config.encoder.input_channels, config.num_classes);
  return config;
}

nn::Conv2dConfig conv3x3(std::int64_t in, std::int64_t out) {
  return {.in_channels = in, .out_channels = out, .kernel = 3, .padding = 1, .bias = false};
}

} // namespace

ResNetUNet::DecoderBlock::DecoderBlock(std::int64_t in_channels, std::int64_t out_channels)
    : conv1_(conv3x3(in_channels, out_channels)),
      norm1_({.channels = out_channels}),
      conv2_(conv3x3(out_channels, out_channels)),
      norm2_({.channels = out_channels}) {
  add("conv1.0", conv1_);
  add("conv1.1", norm1_);
  add("conv2.0", conv2_);
  add("conv2.1", norm2_);
}

Tensor ResNetUNet::DecoderBlock::forward(const Tensor& below, const Tensor& skip) const {
  Tensor y = interpolate_nearest(below, {2 * below.size(2), 2 * below.size(3)});
  if (skip.defined()) y = concatenate(std::array{y, skip}, 1);
  y = conv_norm(conv1_, norm1_, y, Activation::relu);
  return conv_norm(conv2_, norm2_, y, Activation::relu);
}

ResNetUNet::ResNetUNet(const ResNetUNetConfig& config)
    : config_(checked(config)),
      encoder_(config.encoder),
      head_(segmentation_head(config.decoder_channels.back(), config.num_classes, 3)) {
  add("encoder", encoder_);
  const std::array<std::int64_t, 5> skips{encoder_.stage_channels(2), encoder_.stage_channels(1),
                                          encoder_.stage_channels(0), ResNet::stem_channels, 0};
  std::int64_t below = encoder_.stage_channels(3);
  for (std::size_t i = 0; i < skips.size(); ++i) {
    blocks_.emplace_back(below + skips[i], config.decoder_channels[i]);
    below = config.decoder_channels[i];
  }
  add("decoder.blocks", blocks_);
  add("segmentation_head.0", head_);
}

Tensor ResNetUNet::forward(const Tensor& x) const {
  check_picture("ResNet U-Net", x, 32);
  const Tensor stem = encoder_.stem(x);
  const std::array<Tensor, 4> stages = encoder_.features_from(stem);
  Tensor y = stages[3];
  y = blocks_[0].forward(y, stages[2]);
  y = blocks_[1].forward(y, stages[1]);
  y = blocks_[2].forward(y, stages[0]);
  y = blocks_[3].forward(y, stem);
  return head_.forward(blocks_[4].forward(y, {}));
}

} // namespace mammo::models
