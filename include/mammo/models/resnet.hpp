#pragma once

#include "mammo/models/squeeze_excitation.hpp"
#include "mammo/nn/batch_norm.hpp"
#include "mammo/nn/conv2d.hpp"
#include "mammo/nn/linear.hpp"
#include "mammo/nn/module.hpp"
#include "mammo/nn/module_list.hpp"

#include <array>
#include <cstdint>
#include <optional>

namespace mammo::models {

struct ResNetConfig {
  /// 18 or 34 (basic blocks), 50, 101 or 152 (bottlenecks).
  std::int64_t depth = 50;
  /// Scales the channels of the four stages; the stem keeps 64. 0.5 halves them.
  double width_factor = 1;
  /// Where a bottleneck halves the resolution: at its first 1x1 convolution, as in the paper, or at its 3x3.
  bool stride_on_1x1 = false;
  /// For each stage but the first, whether it keeps the resolution and sees as far as with a stride by gaps
  /// in its 3x3 convolutions (Yu et al. 2017, "Dilated residual networks"). Bottlenecks only, as in
  /// torchvision.
  std::array<bool, 3> replace_stride_with_dilation{};
  /// By how much a block's channels are squeezed before they are weighed (squeeze_excitation.hpp); 16 in the
  /// paper. As in timm, the nearest multiple of 8 is taken, 8 at least. 0: blocks weigh no channels.
  std::int64_t se_reduction = 0;
  std::int64_t input_channels = 3;
  /// Norms keep their running statistics in training.
  bool frozen_norm = false;
  double norm_eps = 1e-5;
  /// 0 leaves out the classifier `fc`.
  std::int64_t num_classes = 1000;

  bool operator==(const ResNetConfig&) const = default;
};

/// relu(F(x) + x) or, where the shapes differ, relu(F(x) + W x) (He et al. 2016, section 3.2). F is two 3x3
/// convolutions, or a bottleneck of 1x1, 3x3 and 1x1 (section 4.1), each followed by a norm; last, its
/// channels may be weighed (Hu et al. 2018, figure 3).
class ResidualBlock : public nn::Module {
 public:
  struct Config {
    std::int64_t in_channels = 0;
    /// Of the 3x3 convolutions.
    std::int64_t channels = 0;
    std::int64_t out_channels = 0;
    std::int64_t stride = 1;
    bool bottleneck = false;
    bool stride_on_1x1 = false;
    /// Of the 3x3 convolutions.
    std::int64_t dilation = 1;
    /// Of squeeze and excitation; 0 leaves it out.
    std::int64_t se_hidden = 0;
    nn::BatchNorm2dConfig norm;
  };
  explicit ResidualBlock(const Config& config);

  /// x [N, in, H, W] -> [N, out, H / stride, W / stride], rounded up.
  Tensor forward(const Tensor& x) const;

 private:
  nn::Conv2d conv1_;
  nn::BatchNorm2d bn1_;
  nn::Conv2d conv2_;
  nn::BatchNorm2d bn2_;
  std::optional<nn::Conv2d> conv3_;
  std::optional<nn::BatchNorm2d> bn3_;
  std::optional<SqueezeExcitation> se_;
  std::optional<nn::Conv2d> projection_;
  std::optional<nn::BatchNorm2d> projection_norm_;
};

/// A residual network (He et al., "Deep residual learning for image recognition", CVPR 2016) with the
/// parameter names of torchvision's resnet18 to resnet152, and of timm's seresnet18 to seresnet152 where it
/// has squeeze and excitation.
class ResNet : public nn::Module {
 public:
  static constexpr std::int64_t stem_channels = 64;

  /// Throws ArgumentError on a configuration that names no such network.
  explicit ResNet(const ResNetConfig& config);

  /// What the four stages give for x [N, input_channels, H, W]: stage i is
  /// [N, stage_channels(i), H / 2^(i+2), W / 2^(i+2)], i from 0, sizes rounded up; a stage whose stride is
  /// replaced by dilation has the size of the one before it.
  std::array<Tensor, 4> features(const Tensor& x) const;
  /// What the first convolution, its norm and ReLU give: [N, stem_channels, H / 2, W / 2].
  Tensor stem(const Tensor& x) const;
  /// features(x) from stem(x).
  std::array<Tensor, 4> features_from(Tensor stem) const;
  /// Logits [N, num_classes]. Throws ArgumentError where the classifier was left out.
  Tensor forward(const Tensor& x) const;

  const ResNetConfig& config() const { return config_; }
  std::int64_t stage_channels(int stage) const;

 private:
  ResNetConfig config_;
  nn::Conv2d conv1_;
  nn::BatchNorm2d bn1_;
  std::array<nn::ModuleList<ResidualBlock>, 4> stages_;
  std::optional<nn::Linear> fc_;
};

} // namespace mammo::models
