#pragma once

#include "mammo/backend/operation.hpp"
#include "mammo/nn/module.hpp"

namespace mammo::nn {

struct Conv2dConfig {
  std::int64_t in_channels = 0;
  std::int64_t out_channels = 0;
  Size2d kernel = 1;
  Size2d stride = 1;
  Size2d padding = 0;
  Size2d dilation = 1;
  std::int64_t groups = 1;
  bool bias = true;
};

/// A convolution with parameters `weight` [out, in / groups, kernel height, kernel width] and, unless it was
/// left out, `bias` [out].
class Conv2d : public Module {
 public:
  /// Throws ArgumentError on sizes that are not positive or groups that do not divide both channel counts.
  explicit Conv2d(const Conv2dConfig& config);

  /// activation(conv(x) + bias + residual): x [N, in, H, W], residual like the result or left out
  /// -> [N, out, OH, OW], OH = (H + 2 padding - dilation (kernel - 1) - 1) / stride + 1.
  Tensor forward(const Tensor& x, Activation activation = Activation::none,
                 const Tensor& residual = {}) const;

  const Conv2dConfig& config() const { return config_; }
  const Tensor& weight() const { return weight_; }
  /// Undefined where it was left out.
  const Tensor& bias() const { return bias_; }

 private:
  Conv2dConfig config_;
  Tensor weight_;
  Tensor bias_;
};

} // namespace mammo::nn
