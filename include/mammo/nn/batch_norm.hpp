#pragma once

#include "mammo/backend/operation.hpp"
#include "mammo/nn/conv2d.hpp"
#include "mammo/nn/module.hpp"

namespace mammo::nn {

struct BatchNorm2dConfig {
  std::int64_t channels = 0;
  double eps = 1e-5;
  /// Uses its running statistics in training too, and never updates them.
  bool frozen = false;
};

/// Batch normalisation (Ioffe and Szegedy 2015) with parameters `weight` and `bias` and buffers
/// `running_mean` and `running_var`, all [channels].
class BatchNorm2d : public Module {
 public:
  /// Throws ArgumentError unless channels and eps are positive.
  explicit BatchNorm2d(const BatchNorm2dConfig& config);

  /// activation((x - running_mean) / sqrt(running_var + eps) * weight + bias), x [N, channels, H, W].
  /// Throws NotImplemented in training unless frozen.
  Tensor forward(const Tensor& x, Activation activation = Activation::none) const;

  const BatchNorm2dConfig& config() const { return config_; }
  const Tensor& weight() const { return weight_; }
  const Tensor& bias() const { return bias_; }
  const Tensor& running_mean() const { return running_mean_; }
  const Tensor& running_var() const { return running_var_; }

 private:
  BatchNorm2dConfig config_;
  Tensor weight_;
  Tensor bias_;
  Tensor running_mean_;
  Tensor running_var_;
};

/// A convolution's weights with a norm folded in: norm(conv(x)) = conv'(x).
struct FoldedConv {
  Tensor weight;
  Tensor bias;
};

/// Folds `norm` into `conv`. The result is kept with the convolution's weights and made again when a tensor
/// of either has changed. Throws ArgumentError where the channel counts differ.
FoldedConv fold(const Conv2d& conv, const BatchNorm2d& norm);

/// activation(norm(conv(x)) + residual): at inference as one operation on folded weights, in training as its
/// parts.
Tensor conv_norm(const Conv2d& conv, const BatchNorm2d& norm, const Tensor& x,
                 Activation activation = Activation::none, const Tensor& residual = {});

} // namespace mammo::nn
