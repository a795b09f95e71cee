#pragma once

#include "mammo/models/transformer_layer.hpp"
#include "mammo/models/unet_blocks.hpp"

namespace mammo::models {

struct TransResUNetConfig {
  std::int64_t input_channels = 1;
  std::int64_t num_classes = 1;
  /// Of the picture, fixed, since every patch has a position of its own. A patch is as large as a cell of the
  /// deepest level, 16 x 16 pixels with five levels.
  std::int64_t height = 256;
  std::int64_t width = 256;
  /// Of each level of the U-Net, finest first.
  std::vector<std::int64_t> channels{32, 64, 128, 256, 512};
  std::int64_t layers = 8;
  std::int64_t heads = 4;
  std::int64_t features = 256;     ///< of a token
  std::int64_t head_features = 64; ///< of each head
  std::int64_t mlp_features = 512;
  double dropout = 0.1;        ///< in attention and MLP
  double output_dropout = 0.5; ///< of the block's result

  bool operator==(const TransResUNetConfig&) const = default;
};

/// As listings 7.8 and 7.9 of seed 003 write it down: three channels, 8 layers, 4 heads. Pictures are 256 x
/// 256 and patches 16 x 16 pixels, since the deepest of five levels is said to be 16 x 16 x 512 and the
/// tokens to be reshaped to it; so they have 512 features. The seed names none of PATCH_SIZE, NUM_PATCHES and
/// PROJECTION_DIM. `key_dim` of Keras' MultiHeadAttention is the width of one head, so that the four together
/// are 2048 wide and the block has 42.6 million parameters, against 7.9 million of the U-Net beside it. For
/// comparison; too large to ship.
TransResUNetConfig transres_unet_thesis();

/// For grey pictures, with tokens of 256 features divided among the heads: 12.4 million parameters in all.
TransResUNetConfig transres_unet_slim();

/// The vision transformer (Dosovitskiy et al. 2021) that the thesis runs beside the encoder: patches become
/// tokens with a learned position, pass the layers and a last norm, and are laid out as a map again. The
/// listing's MLP and patch encoder, which it leaves out, are those of the Keras example that it names (Salama
/// 2021). The text has the layers processed in parallel; in the listing, and here, each takes what the one
/// before gave.
class ViTBlock : public nn::Module {
 public:
  /// Throws ArgumentError unless the picture is made of whole patches.
  explicit ViTBlock(const TransResUNetConfig& config);

  /// x [N, input_channels, H, W] -> [N, C, H / patch, W / patch], C channels of the deepest level.
  Tensor forward(const Tensor& x) const;

 private:
  Size2d grid_;
  nn::Conv2d patches_;
  Tensor position_;
  nn::ModuleList<TransformerLayer> layers_;
  nn::LayerNorm norm_;
  nn::Dropout dropout_;
  std::optional<nn::Linear> project_;
};

/// The thesis' "TransRes U-Net" (seed 003, section 6.3.2.3): a residual U-Net, and a transformer that sees
/// the picture itself, whose result is added to the deepest map. Encoder and decoder as in residual_unet().
/// The listing ends with a sigmoid; here it ends with logits.
class TransResUNet : public nn::Module {
 public:
  /// Throws ArgumentError on a configuration that names no such network.
  explicit TransResUNet(const TransResUNetConfig& config);

  /// Logits [N, num_classes, H, W] for x [N, input_channels, H, W]. Throws ShapeError on another height or
  /// width than the configured ones.
  Tensor forward(const Tensor& x) const;

  const TransResUNetConfig& config() const { return config_; }
  const ViTBlock& transformer() const { return transformer_; }

 private:
  TransResUNetConfig config_;
  UNetEncoder encoder_;
  ViTBlock transformer_;
  UNetDecoder decoder_;
  nn::Conv2d head_;
};

} // namespace mammo::models
