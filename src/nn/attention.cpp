#include "mammo/nn/attention.hpp"

#include "mammo/ops/attention.hpp"
#include "mammo/ops/convolution.hpp"
#include "mammo/ops/views.hpp"

namespace mammo::nn {

MultiHeadSelfAttention::MultiHeadSelfAttention(const MultiHeadSelfAttentionConfig& config)
    : config_(config), out_proj_({.in_features = config.features, .out_features = config.features}) {
  require<ArgumentError>(config.heads > 0 && config.features % config.heads == 0, "attention with ",
                         config.heads, " heads over ", config.features, " features, expected a divisor");
  add_parameter("in_proj_weight", in_proj_weight_, {3 * config.features, config.features},
                Initial::xavier_uniform);
  add_parameter("in_proj_bias", in_proj_bias_, {3 * config.features});
  add("out_proj", out_proj_);
}

Tensor MultiHeadSelfAttention::forward(const Tensor& x) const {
  require<TypeError>(in_proj_weight_.defined(), "attention without weights; load some first");
  require<ShapeError>(x.rank() == 3 && x.size(2) == config_.features, "attention: x ", x.shape(),
                      ", expected [N, T, ", config_.features, ']');
  const std::int64_t n = x.size(0);
  const std::int64_t t = x.size(1);
  const std::int64_t head = config_.features / config_.heads;
  const Tensor projected = linear(x, in_proj_weight_, in_proj_bias_);
  // [3, N, heads, T, features / heads]: queries, keys and values, a head at a time.
  const Tensor parts = permute(reshape(projected, {n, t, 3, config_.heads, head}), {2, 0, 3, 1, 4});
  const Tensor seen = attention(select(parts, 0, 0), select(parts, 0, 1), select(parts, 0, 2));
  return out_proj_.forward(reshape(permute(seen, {0, 2, 1, 3}), {n, t, config_.features}));
}

} // namespace mammo::nn
