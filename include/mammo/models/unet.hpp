#pragma once

#include "mammo/models/unet_blocks.hpp"

namespace mammo::models {

struct UNetConfig {
  std::int64_t input_channels = 1;
  std::int64_t num_classes = 1;
  /// Of each level, finest first; with n of them pictures are multiples of 2^(n - 1).
  std::vector<std::int64_t> channels{32, 64, 128, 256, 512};
  bool residual_encoder = false;
  bool residual_decoder = false;
  /// On the way from encoder to decoder (Oktay et al. 2018).
  bool attention_gates = false;
  /// Of the last convolution: 1 in the paper, 3 in the thesis (seed 003, listing 7.8).
  std::int64_t head_kernel = 1;

  bool operator==(const UNetConfig&) const = default;
};

/// The thesis' residual U-Net (seed 003, section 6.3.2.3 and listing 7.8) without its transformer. Residual
/// are "the convolutional layers in each layer of the encoder"; the text says nothing of the decoder's, which
/// are plain here. The listings leave out `encode`, `decode` and `res_conv_block`: we take UNetBlock's two
/// 3x3 convolutions with batch norms, a 1x1 shortcut, max pooling and transposed convolutions.
UNetConfig residual_unet();

/// A U-Net (Ronneberger et al., "U-Net: convolutional networks for biomedical image segmentation", MICCAI
/// 2015), padded so that the picture keeps its size. Its parts are `encoder.<level>`, `decoder.<level>` and
/// `head`.
class UNet : public nn::Module {
 public:
  /// Throws ArgumentError on a configuration that names no such network.
  explicit UNet(const UNetConfig& config);

  /// Logits [N, num_classes, H, W] for x [N, input_channels, H, W]. Throws ShapeError where H or W is no
  /// multiple of the deepest level's stride.
  Tensor forward(const Tensor& x) const;

  const UNetConfig& config() const { return config_; }

 private:
  UNetConfig config_;
  UNetEncoder encoder_;
  UNetDecoder decoder_;
  nn::Conv2d head_;
};

} // namespace mammo::models
