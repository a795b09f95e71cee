#pragma once

#include "mammo/nn/conv2d.hpp"
#include "mammo/nn/module.hpp"
#include "mammo/nn/module_list.hpp"

#include <cstdint>
#include <optional>
#include <span>
#include <vector>

namespace mammo::models {

/// Levels above the coarsest one.
enum class ExtraLevels : std::uint8_t {
  none,
  pool,       ///< one level: every second row and column of the coarsest output
  p6p7_on_p5, ///< two levels by 3x3 convolutions of stride 2, from the coarsest output
  p6p7_on_c5, ///< the same from the coarsest input (Lin et al. 2017, focal loss)
};

struct FpnConfig {
  /// Channels of the feature maps that come in, finest first.
  std::vector<std::int64_t> in_channels{};
  std::int64_t out_channels = 256;
  ExtraLevels extra_levels = ExtraLevels::none;

  bool operator==(const FpnConfig&) const = default;
};

/// A feature pyramid (Lin et al., "Feature pyramid networks for object detection", CVPR 2017) with the
/// parameter names of torchvision's FeaturePyramidNetwork.
class Fpn : public nn::Module {
 public:
  /// Throws ArgumentError where there is no input or a channel count is not positive.
  explicit Fpn(const FpnConfig& config);

  /// Feature maps [N, in_channels[i], H_i, W_i], finest first -> as many maps [N, out_channels, H_i, W_i] and
  /// the extra levels. Throws ShapeError on another number of maps.
  std::vector<Tensor> forward(std::span<const Tensor> features) const;

  const FpnConfig& config() const { return config_; }
  /// Levels that forward returns.
  std::size_t level_count() const;

 private:
  FpnConfig config_;
  nn::ModuleList<nn::Conv2d> lateral_;
  nn::ModuleList<nn::Conv2d> output_;
  std::optional<nn::Conv2d> p6_;
  std::optional<nn::Conv2d> p7_;
};

} // namespace mammo::models
