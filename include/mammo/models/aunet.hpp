#pragma once

#include "mammo/models/unet_blocks.hpp"
#include "mammo/nn/linear.hpp"

namespace mammo::models {

struct AUNetConfig {
  std::int64_t input_channels = 1;
  std::int64_t num_classes = 1;
  /// Of each level, finest first.
  std::vector<std::int64_t> channels{64, 128, 256, 512, 1024};
  /// By how much the channel attention's hidden layer is narrower.
  std::int64_t attention_reduction = 16;

  bool operator==(const AUNetConfig&) const = default;
};

/// The attention-guided dense-upsampling block. The coarse map comes up in two ways: densely, by a
/// convolution to four times the channels that are then laid out as 2 x 2 pixels, and bilinearly. The dense
/// one is added to the fine map and smoothed, the bilinear one joined to both, and the channels are weighed
/// by what they hold on average over the picture.
class AUBlock : public nn::Module {
 public:
  struct Config {
    std::int64_t channels = 0; ///< of the fine map
    std::int64_t channels_below = 0;
    std::int64_t attention_reduction = 16;
  };
  explicit AUBlock(const Config& config);

  /// fine [N, channels, 2H, 2W], below [N, channels_below, H, W] -> [N, 2 channels, 2H, 2W].
  Tensor forward(const Tensor& fine, const Tensor& below) const;

 private:
  ConvNormRelu dense_;
  ConvNormRelu smooth_;
  ConvNormRelu bilinear_;
  nn::Linear squeeze_;
  nn::Linear excite_;
};

/// AUNet (Sun et al. 2018, "AUNet: attention-guided dense-upsampling networks for breast mass segmentation in
/// whole mammograms"; seed 003, section 3.4). It is asymmetrical: on the way down a level is a convolution
/// and a residual block, on the way up a plain block; AU blocks lie between. Sizes and wiring are those of
/// the authors' program (github.com/lich0031/AUNet), less the biases that its norms cancel; the seed has
/// none.
class AUNet : public nn::Module {
 public:
  /// Throws ArgumentError on a configuration that names no such network.
  explicit AUNet(const AUNetConfig& config);

  /// Logits [N, num_classes, H, W] for x [N, input_channels, H, W]. Throws ShapeError where H or W is no
  /// multiple of the deepest level's stride.
  Tensor forward(const Tensor& x) const;

  const AUNetConfig& config() const { return config_; }

 private:
  AUNetConfig config_;
  nn::ModuleList<ConvNormRelu> enter_;
  nn::ModuleList<UNetBlock> down_;
  nn::ModuleList<AUBlock> up_;
  nn::ModuleList<UNetBlock> merge_;
  nn::Conv2d head_;
};

/// [N, C r^2, H, W] -> [N, C, r H, r W]: channel c r^2 + i r + j becomes pixel (i, j) of each cell of channel
/// c (Shi et al. 2016, "pixel shuffle"). Throws ShapeError where r^2 does not divide the channels.
Tensor pixel_shuffle(const Tensor& x, std::int64_t r);

} // namespace mammo::models
