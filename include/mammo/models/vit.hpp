#pragma once

#include "mammo/nn/conv2d.hpp"
#include "mammo/nn/layer_norm.hpp"
#include "mammo/nn/linear.hpp"
#include "mammo/nn/module.hpp"
#include "mammo/nn/module_list.hpp"

#include <cstdint>

namespace mammo::models {

/// The default is ViT-Tiny/16 for pictures of 224 x 224 pixels.
struct VisionTransformerConfig {
  std::int64_t input_channels = 3;
  std::int64_t num_classes = 1000;
  /// Of the picture, fixed, since every patch has a position of its own. Multiples of `patch`.
  std::int64_t height = 224;
  std::int64_t width = 224;
  std::int64_t patch = 16; ///< pixels to a side
  std::int64_t layers = 12;
  std::int64_t heads = 3;
  std::int64_t features = 192; ///< of a token; a multiple of heads
  std::int64_t mlp_features = 768;

  bool operator==(const VisionTransformerConfig&) const = default;
};

/// ViT-Tiny/16 and ViT-Small/16 (Touvron et al. 2021, "Training data-efficient image transformers", table 1):
/// timm's vit_tiny_patch16_224 and vit_small_patch16_224.
VisionTransformerConfig vit_tiny();
VisionTransformerConfig vit_small();

/// A vision transformer (Dosovitskiy et al., "An image is worth 16x16 words", ICLR 2021) with the parameter
/// names of timm's VisionTransformer. The class is read from a token of its own, which stands before those of
/// the patches. Without dropout, as timm's are.
class VisionTransformer : public nn::Module {
 public:
  /// One layer of the encoder (equations 2 and 3): x' = x + attention(norm(x)), then x' + mlp(norm(x')), the
  /// MLP two linear layers with a GELU between. What TransformerLayer computes, under timm's names and with
  /// queries, keys and values in one linear layer.
  class Block : public nn::Module {
   public:
    explicit Block(const VisionTransformerConfig& config);

    /// x [N, T, features] -> like x.
    Tensor forward(const Tensor& x) const;

   private:
    Tensor attend(const Tensor& x) const;

    std::int64_t heads_;
    nn::LayerNorm norm1_;
    nn::Linear qkv_;
    nn::Linear proj_;
    nn::LayerNorm norm2_;
    nn::Linear fc1_;
    nn::Linear fc2_;
  };

  /// Throws ArgumentError on a configuration that names no such network.
  explicit VisionTransformer(const VisionTransformerConfig& config);

  /// The normalised tokens for x [N, input_channels, H, W]: [N, 1 + patches, features], that of the class
  /// first, then the patches row by row. Throws ShapeError on another height or width than the configured
  /// ones.
  Tensor features(const Tensor& x) const;
  /// Logits [N, num_classes], from the class's token.
  Tensor forward(const Tensor& x) const;

  const VisionTransformerConfig& config() const { return config_; }

 private:
  VisionTransformerConfig config_;
  Tensor cls_token_;
  Tensor pos_embed_;
  nn::Conv2d patch_embed_;
  nn::ModuleList<Block> blocks_;
  nn::LayerNorm norm_;
  nn::Linear head_;
};

} // namespace mammo::models
