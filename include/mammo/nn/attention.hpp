#pragma once

#include "mammo/nn/linear.hpp"
#include "mammo/nn/module.hpp"

namespace mammo::nn {

struct MultiHeadSelfAttentionConfig {
  std::int64_t features = 0;
  std::int64_t heads = 1;
};

/// Multi-head attention of a sequence to itself (Vaswani et al. 2017, section 3.2.2), with the parameters of
/// PyTorch's MultiheadAttention: `in_proj_weight` [3 features, features] and `in_proj_bias` of queries, keys
/// and values one after the other, and the linear layer `out_proj`.
class MultiHeadSelfAttention : public Module {
 public:
  /// Throws ArgumentError unless both numbers are positive and heads divides features.
  explicit MultiHeadSelfAttention(const MultiHeadSelfAttentionConfig& config);

  /// x [N, T, features] -> like x; every head sees features / heads of them.
  Tensor forward(const Tensor& x) const;

  const MultiHeadSelfAttentionConfig& config() const { return config_; }

 private:
  MultiHeadSelfAttentionConfig config_;
  Tensor in_proj_weight_;
  Tensor in_proj_bias_;
  Linear out_proj_;
};

} // namespace mammo::nn
