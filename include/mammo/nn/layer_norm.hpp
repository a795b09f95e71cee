#pragma once

#include "mammo/nn/module.hpp"

namespace mammo::nn {

struct LayerNormConfig {
  std::int64_t features = 0;
  double eps = 1e-5;
};

/// Layer normalisation over the last dimension (Ba, Kiros and Hinton 2016) with parameters `weight` and
/// `bias` [features].
class LayerNorm : public Module {
 public:
  /// Throws ArgumentError unless features and eps are positive.
  explicit LayerNorm(const LayerNormConfig& config);

  /// x [..., features] -> like x.
  Tensor forward(const Tensor& x) const;

  const LayerNormConfig& config() const { return config_; }

 private:
  LayerNormConfig config_;
  Tensor weight_;
  Tensor bias_;
};

} // namespace mammo::nn
