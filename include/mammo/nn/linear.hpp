#pragma once

#include "mammo/backend/operation.hpp"
#include "mammo/nn/module.hpp"

namespace mammo::nn {

struct LinearConfig {
  std::int64_t in_features = 0;
  std::int64_t out_features = 0;
  bool bias = true;
};

/// activation(x weight^T + bias) with parameters `weight` [out, in] and, unless it was left out, `bias`
/// [out].
class Linear : public Module {
 public:
  /// Throws ArgumentError on sizes that are not positive.
  explicit Linear(const LinearConfig& config);

  /// x [..., in] -> [..., out].
  Tensor forward(const Tensor& x, Activation activation = Activation::none) const;

  const LinearConfig& config() const { return config_; }
  const Tensor& weight() const { return weight_; }
  const Tensor& bias() const { return bias_; }

 private:
  LinearConfig config_;
  Tensor weight_;
  Tensor bias_;
};

} // namespace mammo::nn
