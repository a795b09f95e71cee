#pragma once

#include "mammo/models/unet_blocks.hpp"

namespace mammo::models {

struct ConnectedUNetsConfig {
  std::int64_t input_channels = 1;
  std::int64_t num_classes = 1;
  /// Of each level of both U-Nets, finest first.
  std::vector<std::int64_t> channels{32, 64, 128, 256, 512};
  /// Residual blocks: the paper's Connected-ResUNets.
  bool residual = false;
  /// Gates between encoders and decoders: its Connected-AUNets.
  bool attention_gates = false;
  /// Of the 3x3 convolutions of the pyramid pooling, beside one that is not dilated.
  std::vector<std::int64_t> dilations{6, 12, 18};

  bool operator==(const ConnectedUNetsConfig&) const = default;
};

/// Atrous spatial pyramid pooling (Chen et al. 2018) as Connected-UNets has it: 3x3 convolutions of several
/// dilations, each with a norm, summed; then one of 1x1.
class Aspp : public nn::Module {
 public:
  struct Config {
    std::int64_t in_channels = 0;
    std::int64_t out_channels = 0;
    std::vector<std::int64_t> dilations{};
  };
  explicit Aspp(const Config& config);

  /// x [N, in, H, W] -> [N, out, H, W].
  Tensor forward(const Tensor& x) const;

 private:
  nn::ModuleList<nn::Conv2d> convs_;
  nn::ModuleList<nn::BatchNorm2d> norms_;
  nn::Conv2d mix_;
};

/// Two U-Nets one after the other (Baccouche et al. 2021, "Connected-UNets: a deep learning architecture for
/// breast mass segmentation", figure 8). Pyramid pooling stands in the place of the deepest blocks and before
/// the head; every level of the second encoder also sees what the first decoder gave at that level. Seed 003,
/// section 3.1, tells no more than that two are in sequence. The published program has each ReLU before its
/// norm; the figure, and we, after it.
class ConnectedUNets : public nn::Module {
 public:
  /// Throws ArgumentError on a configuration that names no such network.
  explicit ConnectedUNets(const ConnectedUNetsConfig& config);

  /// Logits [N, num_classes, H, W] for x [N, input_channels, H, W]. Throws ShapeError where H or W is no
  /// multiple of the deepest level's stride.
  Tensor forward(const Tensor& x) const;

  const ConnectedUNetsConfig& config() const { return config_; }

 private:
  /// A level of the second encoder: what comes from above, convolved, beside the first decoder's map.
  class ConnectedLevel : public nn::Module {
   public:
    ConnectedLevel(std::int64_t in_channels, std::int64_t channels, bool residual);
    Tensor forward(const Tensor& from_above, const Tensor& connected) const;

   private:
    ConvNormRelu bring_;
    UNetBlock block_;
  };

  ConnectedUNetsConfig config_;
  UNetEncoder encoder1_;
  Aspp bottom1_;
  UNetDecoder decoder1_;
  nn::ModuleList<ConnectedLevel> encoder2_;
  Aspp bottom2_;
  UNetDecoder decoder2_;
  Aspp refine_;
  nn::Conv2d head_;
};

} // namespace mammo::models
