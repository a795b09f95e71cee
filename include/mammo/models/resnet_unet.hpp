#pragma once

#include "mammo/models/resnet.hpp"
#include "mammo/models/unet_blocks.hpp"

namespace mammo::models {

struct ResNetUNetConfig {
  ResNetConfig encoder{.depth = 34, .num_classes = 0};
  /// Of the five levels of the decoder, deepest first.
  std::vector<std::int64_t> decoder_channels{256, 128, 64, 32, 16};
  std::int64_t num_classes = 1;

  bool operator==(const ResNetUNetConfig&) const = default;
};

/// A U-Net whose way down is a ResNet, with the parameter names of segmentation-models-pytorch's `Unet` on a
/// `resnet18` to `resnet152` encoder, so that a trained classifier's weights can be its beginning.
class ResNetUNet : public nn::Module {
 public:
  /// Throws ArgumentError on a configuration that names no such network.
  explicit ResNetUNet(const ResNetUNetConfig& config);

  /// Logits [N, num_classes, H, W] for x [N, input_channels, H, W]. Throws ShapeError where H or W is no
  /// multiple of 32.
  Tensor forward(const Tensor& x) const;

  const ResNetUNetConfig& config() const { return config_; }

 private:
  /// Enlarges the map below to the nearest neighbour, joins it with the skip, where there is one, and
  /// convolves twice.
  class DecoderBlock : public nn::Module {
   public:
    DecoderBlock(std::int64_t in_channels, std::int64_t out_channels);
    Tensor forward(const Tensor& below, const Tensor& skip) const;

   private:
    nn::Conv2d conv1_;
    nn::BatchNorm2d norm1_;
    nn::Conv2d conv2_;
    nn::BatchNorm2d norm2_;
  };

  ResNetUNetConfig config_;
  ResNet encoder_;
  nn::ModuleList<DecoderBlock> blocks_;
  nn::Conv2d head_;
};

} // namespace mammo::models
