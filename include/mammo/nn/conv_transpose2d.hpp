#pragma once

#include "mammo/backend/operation.hpp"
#include "mammo/nn/module.hpp"

namespace mammo::nn {

struct ConvTranspose2dConfig {
  std::int64_t in_channels = 0;
  std::int64_t out_channels = 0;
  Size2d kernel = 1;
  Size2d stride = 1;
  Size2d padding = 0;
  /// Rows and columns added at the bottom and the right.
  Size2d output_padding = 0;
  Size2d dilation = 1;
  std::int64_t groups = 1;
  bool bias = true;
};

/// The adjoint of a convolution, which enlarges, with parameters `weight`
/// [in, out / groups, kernel height, kernel width] and, unless it was left out, `bias` [out].
class ConvTranspose2d : public Module {
 public:
  /// Throws ArgumentError on sizes that are not positive or groups that do not divide both channel counts.
  explicit ConvTranspose2d(const ConvTranspose2dConfig& config);

  /// x [N, in, H, W] -> [N, out, OH, OW], OH = (H - 1) stride - 2 padding + dilation (kernel - 1)
  /// + output_padding + 1.
  Tensor forward(const Tensor& x) const;

  const ConvTranspose2dConfig& config() const { return config_; }
  const Tensor& weight() const { return weight_; }
  /// Undefined where it was left out.
  const Tensor& bias() const { return bias_; }

 private:
  ConvTranspose2dConfig config_;
  Tensor weight_;
  Tensor bias_;
};

} // namespace mammo::nn
