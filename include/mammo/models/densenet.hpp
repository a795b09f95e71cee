#pragma once

#include "mammo/nn/batch_norm.hpp"
#include "mammo/nn/conv2d.hpp"
#include "mammo/nn/linear.hpp"
#include "mammo/nn/module.hpp"
#include "mammo/nn/module_list.hpp"

#include <cstdint>
#include <vector>

namespace mammo::models {

/// The default is DenseNet-121.
struct DenseNetConfig {
  std::int64_t input_channels = 3;
  std::int64_t num_classes = 1000;
  /// Channels that each layer adds: k in the paper.
  std::int64_t growth_rate = 32;
  /// Layers of each block.
  std::vector<std::int64_t> blocks{6, 12, 24, 16};
  /// Of the stem.
  std::int64_t init_features = 64;
  /// Channels between a layer's two convolutions, in growth rates.
  std::int64_t bottleneck_factor = 4;

  bool operator==(const DenseNetConfig&) const = default;
};

DenseNetConfig densenet121();
DenseNetConfig densenet201();

/// DenseNet-BC (Huang et al., "Densely connected convolutional networks", CVPR 2017) with the parameter names
/// of torchvision's densenet121 to densenet201. Each layer sees what all layers of its block before it gave;
/// between blocks, channels and resolution are halved.
class DenseNet : public nn::Module {
 public:
  /// Throws ArgumentError on a configuration that names no such network.
  explicit DenseNet(const DenseNetConfig& config);

  /// x [N, input_channels, H, W] -> what the last block gives, after a norm and a ReLU: [N,
  /// feature_channels(), H / 2^(B+1), W / 2^(B+1)] for B blocks, halved twice rounding up and then rounding
  /// down.
  Tensor features(const Tensor& x) const;
  /// Logits [N, num_classes].
  Tensor forward(const Tensor& x) const;

  const DenseNetConfig& config() const { return config_; }
  std::int64_t feature_channels() const { return norm_.config().channels; }

 private:
  /// [N, in, H, W] -> [N, in + growth, H, W]: the input, and behind it what a 1x1 and a 3x3 convolution make
  /// of it, each after a norm and a ReLU (section 3, "bottleneck layers").
  class DenseLayer : public nn::Module {
   public:
    DenseLayer(std::int64_t in_channels, const DenseNetConfig& config);
    Tensor forward(const Tensor& x) const;

   private:
    nn::BatchNorm2d norm1_;
    nn::Conv2d conv1_;
    nn::BatchNorm2d norm2_;
    nn::Conv2d conv2_;
  };

  /// [N, in, H, W] -> [N, in / 2, H / 2, W / 2].
  class Transition : public nn::Module {
   public:
    explicit Transition(std::int64_t in_channels);
    Tensor forward(const Tensor& x) const;

   private:
    nn::BatchNorm2d norm_;
    nn::Conv2d conv_;
  };

  /// DenseLayers, called `denselayer1`, `denselayer2`, ...
  class DenseBlock : public nn::Module {
   public:
    DenseBlock(std::int64_t in_channels, std::int64_t layers, const DenseNetConfig& config);
    Tensor forward(const Tensor& x) const;

   private:
    nn::ModuleList<DenseLayer> layers_;
  };

  DenseNetConfig config_;
  nn::Conv2d stem_;
  nn::BatchNorm2d stem_norm_;
  nn::ModuleList<DenseBlock> blocks_;
  nn::ModuleList<Transition> transitions_;
  nn::BatchNorm2d norm_;
  nn::Linear classifier_;
};

} // namespace mammo::models
