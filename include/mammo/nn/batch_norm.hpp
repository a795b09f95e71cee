#pragma once

#include "mammo/backend/operation.hpp"
#include "mammo/nn/conv2d.hpp"
#include "mammo/nn/module.hpp"

namespace mammo::nn {

struct BatchNorm2dConfig {
  std::int64_t channels = 0;
  double eps = 1e-5;
  /// Share of a batch's statistics in the new running ones.
  double momentum = 0.1;
  /// Uses its running statistics in training too, and never updates them.
  bool frozen = false;
};

/// Batch normalisation (Ioffe and Szegedy 2015) with parameters `weight` and `bias` and buffers
/// `running_mean` and `running_var`, all [channels].
class BatchNorm2d : public Module {
 public:
  /// Throws ArgumentError unless channels and eps are positive and momentum is in 0 .. 1.
  explicit BatchNorm2d(const BatchNorm2dConfig& config);

  /// activation((x - mean) / sqrt(var + eps) * weight + bias + residual), x [N, channels, H, W], residual
  /// like x or left out. The statistics are the running ones, or in training, unless frozen, those of x,
  /// which the running ones then follow (with var divided by N H W - 1), as nothing else in `forward` does:
  /// one thread at a time. Throws ShapeError in training on a single value a channel.
  Tensor forward(const Tensor& x, Activation activation = Activation::none,
                 const Tensor& residual = {}) const;

  /// Whether `forward` takes its statistics from the batch now.
  bool uses_batch_statistics() const { return training() && !config_.frozen; }

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

/// activation(norm(conv(x)) + residual): one convolution where the norm's statistics are fixed, since it then
/// only scales and shifts channels; gradients flow through the scaling into the weights of both. Over a
/// batch's own statistics, a convolution and a norm.
Tensor conv_norm(const Conv2d& conv, const BatchNorm2d& norm, const Tensor& x,
                 Activation activation = Activation::none, const Tensor& residual = {});

} // namespace mammo::nn
