#pragma once

#include "mammo/nn/conv2d.hpp"
#include "mammo/nn/module.hpp"

#include <cstdint>

namespace mammo::models {

/// Squeeze and excitation (Hu et al. 2018, "Squeeze-and-excitation networks", section 3): a weight of 0 to 1
/// for each channel, from what all channels hold on average over the picture, by two layers with a narrow one
/// between. The layers are the 1x1 convolutions `fc1` and `fc2`, as in timm.
class SqueezeExcitation : public nn::Module {
 public:
  struct Config {
    std::int64_t channels = 0;
    std::int64_t hidden = 0;
  };
  explicit SqueezeExcitation(const Config& config);

  /// x [N, channels, H, W] -> [N, channels, 1, 1].
  Tensor weights(const Tensor& x) const;
  /// x [N, channels, H, W], its channels weighed -> like x.
  Tensor forward(const Tensor& x) const;

 private:
  nn::Conv2d fc1_;
  nn::Conv2d fc2_;
};

} // namespace mammo::models
