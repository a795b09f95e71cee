#pragma once

#include "mammo/models/resnet.hpp"
#include "mammo/models/transformer_layer.hpp"
#include "mammo/models/unet_blocks.hpp"

#include <array>

namespace mammo::models {

/// The default is the paper's R50-ViT-B_16 at 224 x 224 pixels.
struct TransUNetConfig {
  std::int64_t input_channels = 3;
  std::int64_t num_classes = 1;
  /// Of the picture, fixed, since every cell of the deepest map has a position of its own. Multiples of 16.
  std::int64_t height = 224;
  std::int64_t width = 224;
  /// Of the ResNet's stem; the three stages have 4, 8 and 16 times as many.
  std::int64_t stem_channels = 64;
  std::vector<std::int64_t> stage_blocks{3, 4, 9};
  std::int64_t layers = 12;
  std::int64_t heads = 12;
  std::int64_t features = 768; ///< of a token; a multiple of heads
  std::int64_t mlp_features = 3072;
  double dropout = 0.1; ///< of tokens and in the MLP
  /// Of the decoder: what comes out of the transformer, then its four levels, deepest first.
  std::vector<std::int64_t> decoder_channels{512, 256, 128, 64, 16};

  bool operator==(const TransUNetConfig&) const = default;
};

/// TransUNet (Chen et al. 2021, "TransUNet: transformers make strong encoders for medical image
/// segmentation"): the first three stages of a ResNet, a vision transformer over the cells of the last one's
/// map, and a cascaded upsampler (section 3.2) with skips from the ResNet. The authors' program has the
/// ResNet with standardised weights, group norms and its activations first, made to fit Google's weights for
/// it; here it is the ResNet of this folder, with batch norms.
class TransUNet : public nn::Module {
 public:
  /// Throws ArgumentError on a configuration that names no such network.
  explicit TransUNet(const TransUNetConfig& config);

  /// Logits [N, num_classes, H, W] for x [N, input_channels, H, W]. Throws ShapeError on another height or
  /// width than the configured ones.
  Tensor forward(const Tensor& x) const;

  const TransUNetConfig& config() const { return config_; }

 private:
  /// Enlarges bilinearly, joins with the skip, where there is one, and convolves twice.
  class UpBlock : public nn::Module {
   public:
    UpBlock(std::int64_t in_channels, std::int64_t out_channels);
    Tensor forward(const Tensor& below, const Tensor& skip) const;

   private:
    ConvNormRelu conv1_;
    ConvNormRelu conv2_;
  };

  Tensor transformed(const Tensor& map) const;

  TransUNetConfig config_;
  nn::Conv2d stem_;
  nn::BatchNorm2d stem_norm_;
  std::array<nn::ModuleList<ResidualBlock>, 3> stages_;
  nn::Conv2d embed_;
  Tensor position_;
  nn::Dropout dropout_;
  nn::ModuleList<TransformerLayer> layers_;
  nn::LayerNorm norm_;
  ConvNormRelu widen_;
  nn::ModuleList<UpBlock> up_;
  nn::Conv2d head_;
};

} // namespace mammo::models
