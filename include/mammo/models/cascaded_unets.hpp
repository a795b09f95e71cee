#pragma once

#include "mammo/models/unet.hpp"

namespace mammo::models {

struct CascadedUNetsConfig {
  /// Of each scale, coarsest first: the first sees the picture at 1 / 2^(scales - 1) of its size, the last at
  /// full size.
  std::int64_t scales = 3;
  /// Every scale's; a finer one also takes the coarser one's probabilities, so that its input has num_classes
  /// channels more.
  UNetConfig unet{.channels = {16, 32, 64, 128}};

  bool operator==(const CascadedUNetsConfig&) const = default;
};

/// Encoder-decoders in a cascade from coarse to fine (Yan et al. 2019, "Cascaded multi-scale convolutional
/// encoder-decoders for breast mass segmentation in high-resolution mammograms"; seed 004, table 2): each
/// scale sees the picture, averaged down, and what the coarser one found, enlarged. The seed names the
/// architecture and no sizes; scales, channels and bilinear enlargement are ours.
class CascadedUNets : public nn::Module {
 public:
  /// Throws ArgumentError on a configuration that names no such network.
  explicit CascadedUNets(const CascadedUNetsConfig& config);

  /// Logits [N, num_classes, H, W] at full size for x [N, input_channels, H, W]. Throws ShapeError where H or
  /// W is no multiple of the coarsest U-Net's deepest stride.
  Tensor forward(const Tensor& x) const;
  /// Logits of every scale, coarsest first, for a loss on each.
  std::vector<Tensor> forward_scales(const Tensor& x) const;

  const CascadedUNetsConfig& config() const { return config_; }

 private:
  CascadedUNetsConfig config_;
  nn::ModuleList<UNet> scales_;
};

} // namespace mammo::models
