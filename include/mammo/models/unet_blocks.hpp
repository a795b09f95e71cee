#pragma once

#include "mammo/nn/batch_norm.hpp"
#include "mammo/nn/conv2d.hpp"
#include "mammo/nn/conv_transpose2d.hpp"
#include "mammo/nn/module.hpp"
#include "mammo/nn/module_list.hpp"

#include <cstdint>
#include <optional>
#include <span>
#include <vector>

namespace mammo::models {

// What the segmentation networks of this folder are made of. Levels are counted from 0, the finest; level i
// has maps of H / 2^i x W / 2^i.

/// relu(norm(conv(x))), a 3x3 convolution without a bias.
class ConvNormRelu : public nn::Module {
 public:
  struct Config {
    std::int64_t in_channels = 0;
    std::int64_t out_channels = 0;
  };
  explicit ConvNormRelu(const Config& config);

  /// x [N, in, H, W] -> [N, out, H, W].
  Tensor forward(const Tensor& x) const;

 private:
  nn::Conv2d conv_;
  nn::BatchNorm2d norm_;
};

/// The convolutions of one level: two of 3x3, each with a norm and a ReLU (Ronneberger et al. 2015, section
/// 2, but padded and with norms). A residual one adds its input before the last ReLU, by a 1x1 convolution
/// with a norm where the channels differ.
class UNetBlock : public nn::Module {
 public:
  struct Config {
    std::int64_t in_channels = 0;
    std::int64_t out_channels = 0;
    bool residual = false;
  };
  explicit UNetBlock(const Config& config);

  /// x [N, in, H, W] -> [N, out, H, W].
  Tensor forward(const Tensor& x) const;

 private:
  bool residual_;
  nn::Conv2d conv1_;
  nn::BatchNorm2d norm1_;
  nn::Conv2d conv2_;
  nn::BatchNorm2d norm2_;
  std::optional<nn::Conv2d> shortcut_;
  std::optional<nn::BatchNorm2d> shortcut_norm_;
};

/// The way down: a block at each level, a 2x2 max pool between two.
class UNetEncoder : public nn::Module {
 public:
  struct Config {
    std::int64_t input_channels = 1;
    std::vector<std::int64_t> channels{};
    bool residual = false;
  };
  explicit UNetEncoder(const Config& config);

  /// x [N, input_channels, H, W] -> what the block of each level gives, finest first.
  std::vector<Tensor> forward(const Tensor& x) const;

 private:
  nn::ModuleList<UNetBlock> levels_;
};

/// An additive attention gate (Oktay et al. 2018, "Attention U-Net", equations 1 and 2): weighs every place
/// of a map by what the coarser map below sees there. As in the authors' program, the map is brought to the
/// coarser grid by a 2x2 convolution of stride 2, and the weights come back up bilinearly.
class AttentionGate : public nn::Module {
 public:
  struct Config {
    std::int64_t channels = 0;
    std::int64_t gate_channels = 0;
  };
  explicit AttentionGate(const Config& config);

  /// x [N, channels, 2H, 2W], gate [N, gate_channels, H, W] -> like x.
  Tensor forward(const Tensor& x, const Tensor& gate) const;

 private:
  nn::Conv2d theta_;
  nn::Conv2d phi_;
  nn::Conv2d psi_;
};

/// One level of the way up: the map below is enlarged by a transposed 2x2 convolution of stride 2 and joined
/// with the encoder's map of this level, which may pass a gate.
class UNetDecoderLevel : public nn::Module {
 public:
  struct Config {
    std::int64_t channels = 0; ///< of this level, skip and result
    std::int64_t channels_below = 0;
    bool residual = false;
    bool attention_gate = false;
  };
  explicit UNetDecoderLevel(const Config& config);

  /// skip [N, channels, 2H, 2W], below [N, channels_below, H, W] -> like skip.
  Tensor forward(const Tensor& skip, const Tensor& below) const;

 private:
  nn::ConvTranspose2d up_;
  std::optional<AttentionGate> gate_;
  UNetBlock merge_;
};

/// The way up, from the deepest map to the finest.
class UNetDecoder : public nn::Module {
 public:
  struct Config {
    std::vector<std::int64_t> channels{}; ///< the encoder's
    bool residual = false;
    bool attention_gates = false;
  };
  explicit UNetDecoder(const Config& config);

  /// The encoder's maps, finest first -> what each level gives, finest first; the deepest is no level of the
  /// decoder. Throws ShapeError on another number of maps.
  std::vector<Tensor> forward(std::span<const Tensor> maps) const;

 private:
  nn::ModuleList<UNetDecoderLevel> levels_;
};

} // namespace mammo::models
