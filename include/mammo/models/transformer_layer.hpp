#pragma once

#include "mammo/nn/dropout.hpp"
#include "mammo/nn/layer_norm.hpp"
#include "mammo/nn/linear.hpp"
#include "mammo/nn/module.hpp"

#include <cstdint>

namespace mammo::models {

/// Multi-head attention of a sequence to itself (Vaswani et al. 2017, section 3.2.2) whose heads may be of
/// any width, as Keras' `key_dim` has it; nn::MultiHeadSelfAttention divides the features among its heads.
/// Four linear layers: `query`, `key` and `value`, heads one after the other, and `output`.
class WideSelfAttention : public nn::Module {
 public:
  struct Config {
    std::int64_t features = 0;
    std::int64_t heads = 1;
    std::int64_t head_features = 0; ///< of each head
    double dropout = 0;             ///< of attention weights
  };
  /// Throws ArgumentError on sizes that are not positive.
  explicit WideSelfAttention(const Config& config);

  /// x [N, T, features] -> like x.
  Tensor forward(const Tensor& x) const;

 private:
  Tensor by_head(const Tensor& x) const;

  Config config_;
  nn::Linear query_;
  nn::Linear key_;
  nn::Linear value_;
  nn::Linear output_;
  nn::Dropout dropout_;
};

/// One layer of a vision transformer's encoder (Dosovitskiy et al. 2021, equations 2 and 3):
/// x' = x + attention(norm(x)), then x' + mlp(norm(x')), the MLP two linear layers with a GELU between.
class TransformerLayer : public nn::Module {
 public:
  struct Config {
    std::int64_t features = 0;
    std::int64_t heads = 1;
    std::int64_t head_features = 0;
    std::int64_t mlp_features = 0;
    double attention_dropout = 0;
    double dropout = 0; ///< after each layer of the MLP
    /// A GELU after the second layer of the MLP too, as in the Keras example that the thesis starts from.
    bool gelu_last = false;
  };
  explicit TransformerLayer(const Config& config);

  /// x [N, T, features] -> like x.
  Tensor forward(const Tensor& x) const;

 private:
  bool gelu_last_;
  nn::LayerNorm norm1_;
  WideSelfAttention attention_;
  nn::LayerNorm norm2_;
  nn::Linear mlp1_;
  nn::Linear mlp2_;
  nn::Dropout dropout_;
};

/// A map as a sequence, row by row: [N, C, H, W] -> [N, H W, C].
Tensor tokens_of(const Tensor& map);
/// And back: [N, H W, C] -> [N, C, H, W].
Tensor map_of(const Tensor& tokens, Size2d size);

} // namespace mammo::models
