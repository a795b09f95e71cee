#pragma once

#include "mammo/models/resnet.hpp"
#include "mammo/models/squeeze_excitation.hpp"

#include <array>
#include <cstdint>
#include <vector>

namespace mammo::models {

/// The default is the paper's: on a ResNet-50, for the four classes of breast density.
struct DilatedAttentionResNetConfig {
  std::int64_t input_channels = 3;
  std::int64_t num_classes = 4;
  /// Of the stem; the four stages have 4, 8, 16 and 32 times as many.
  std::int64_t stem_channels = 64;
  /// Bottlenecks of each of the four stages.
  std::vector<std::int64_t> stage_blocks{3, 4, 6, 3};
  /// By how much the attention's hidden layer is narrower.
  std::int64_t attention_reduction = 16;

  bool operator==(const DilatedAttentionResNetConfig&) const = default;
};

/// Dilated and attention-guided residual learning (Li et al. 2020, "Multi-view mammographic density
/// classification by dilated and attention-guided residual learning"; seed 004, table 2 and reference 27): a
/// ResNet whose last two stages keep the resolution of the second, with gaps in their 3x3 convolutions
/// instead, and whose stem and stages each end with channel attention that adds to what it weighs,
/// x + x s(x), s being squeeze and excitation.
///
/// The seed says no more than that there are dilation and attention. The wiring is that of the authors'
/// program for one view (github.com/lich0031/Mammographic_Density_Classification): gaps of 2 and 4 in the
/// first block of the third and fourth stage alone, the blocks after it without. Ours are: the average is
/// over the whole map whatever the picture's size, where the program fixes 28 x 28 cells of a 224 x 224
/// picture; and the attention is kept as `attention.0` to `attention.4`. An exam of several views is a
/// network for each.
class DilatedAttentionResNet : public nn::Module {
 public:
  /// Throws ArgumentError on a configuration that names no such network.
  explicit DilatedAttentionResNet(const DilatedAttentionResNetConfig& config);

  /// What the last stage gives, after attention: [N, 32 stem_channels, H / 8, W / 8] for x [N,
  /// input_channels, H, W], sizes rounded up.
  Tensor features(const Tensor& x) const;
  /// Logits [N, num_classes].
  Tensor forward(const Tensor& x) const;

  const DilatedAttentionResNetConfig& config() const { return config_; }

 private:
  DilatedAttentionResNetConfig config_;
  nn::Conv2d conv1_;
  nn::BatchNorm2d bn1_;
  std::array<nn::ModuleList<ResidualBlock>, 4> stages_;
  nn::ModuleList<SqueezeExcitation> attention_; // of the stem and of each stage
  nn::Linear fc_;
};

} // namespace mammo::models
