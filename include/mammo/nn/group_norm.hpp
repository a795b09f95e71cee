#pragma once

#include "mammo/nn/module.hpp"

namespace mammo::nn {

// Norms of each picture by itself: the same in training and at inference, whatever else is in the batch.

struct GroupNormConfig {
  std::int64_t groups = 0;
  std::int64_t channels = 0;
  double eps = 1e-5;
};

/// Neighbouring channels in groups (Wu and He 2018), with parameters `weight` and `bias` [channels].
class GroupNorm : public Module {
 public:
  /// Throws ArgumentError unless all numbers are positive and groups divides channels.
  explicit GroupNorm(const GroupNormConfig& config);

  /// x [N, channels, ...] -> like x.
  Tensor forward(const Tensor& x) const;

  const GroupNormConfig& config() const { return config_; }

 private:
  GroupNormConfig config_;
  Tensor weight_;
  Tensor bias_;
};

struct InstanceNorm2dConfig {
  std::int64_t channels = 0;
  double eps = 1e-5;
};

/// Every channel by itself (Ulyanov et al. 2016), with parameters `weight` and `bias` [channels]: PyTorch's
/// with `affine`.
class InstanceNorm2d : public Module {
 public:
  /// Throws ArgumentError unless channels and eps are positive.
  explicit InstanceNorm2d(const InstanceNorm2dConfig& config);

  /// x [N, channels, H, W] -> like x.
  Tensor forward(const Tensor& x) const;

  const InstanceNorm2dConfig& config() const { return config_; }

 private:
  InstanceNorm2dConfig config_;
  Tensor weight_;
  Tensor bias_;
};

} // namespace mammo::nn
