#include "mammo/models/transformer_layer.hpp"

#include "mammo/ops/convolution.hpp"
#include "mammo/ops/elementwise.hpp"
#include "mammo/ops/normalization.hpp"
#include "mammo/ops/views.hpp"

#include <cmath>

namespace mammo::models {
namespace {

constexpr double norm_eps = 1e-6; // seed 003, listing 7.9, and the authors' ViT

const WideSelfAttention::Config& checked(const WideSelfAttention::Config& config) {
  require<ArgumentError>(config.features > 0 && config.heads > 0 && config.head_features > 0, "attention of ",
                         config.heads, " heads of ", config.head_features, " over ", config.features,
                         " features, expected positive numbers");
  return config;
}

nn::LinearConfig between(std::int64_t in, std::int64_t out) {
  return {.in_features = in, .out_features = out};
}

} // namespace

WideSelfAttention::WideSelfAttention(const Config& config)
    : config_(checked(config)),
      query_(between(config.features, config.heads * config.head_features)),
      key_(query_.config()),
      value_(query_.config()),
      output_(between(config.heads * config.head_features, config.features)),
      dropout_({.probability = config.dropout}) {
  add("query", query_);
  add("key", key_);
  add("value", value_);
  add("output", output_);
  add("dropout", dropout_);
}

// [N, T, heads head_features] -> [N, heads, T, head_features].
Tensor WideSelfAttention::by_head(const Tensor& x) const {
  return permute(reshape(x, {x.size(0), x.size(1), config_.heads, config_.head_features}), {0, 2, 1, 3});
}

Tensor WideSelfAttention::forward(const Tensor& x) const {
  const double scale = 1 / std::sqrt(static_cast<double>(config_.head_features));
  const Tensor query = multiply(by_head(query_.forward(x)), Tensor::full({}, scale, {.dtype = x.dtype()}));
  const Tensor scores = matmul(query, by_head(key_.forward(x)), {.transpose_b = true});
  const Tensor seen = matmul(dropout_.forward(softmax(scores, -1)), by_head(value_.forward(x)));
  return output_.forward(
      reshape(permute(seen, {0, 2, 1, 3}), {x.size(0), x.size(1), config_.heads * config_.head_features}));
}

TransformerLayer::TransformerLayer(const Config& config)
    : gelu_last_(config.gelu_last),
      norm1_({.features = config.features, .eps = norm_eps}),
      attention_({.features = config.features,
                  .heads = config.heads,
                  .head_features = config.head_features,
                  .dropout = config.attention_dropout}),
      norm2_({.features = config.features, .eps = norm_eps}),
      mlp1_(between(config.features, config.mlp_features)),
      mlp2_(between(config.mlp_features, config.features)),
      dropout_({.probability = config.dropout}) {
  add("norm1", norm1_);
  add("attention", attention_);
  add("norm2", norm2_);
  add("mlp1", mlp1_);
  add("mlp2", mlp2_);
  add("dropout", dropout_);
}

Tensor TransformerLayer::forward(const Tensor& x) const {
  const Tensor attended = mammo::add(x, attention_.forward(norm1_.forward(x)));
  Tensor y = dropout_.forward(gelu(mlp1_.forward(norm2_.forward(attended))));
  y = mlp2_.forward(y);
  if (gelu_last_) y = gelu(y);
  return mammo::add(attended, dropout_.forward(y));
}

Tensor tokens_of(const Tensor& map) {
  return permute(flatten(map, 2), {0, 2, 1});
}

Tensor map_of(const Tensor& tokens, Size2d size) {
  const Tensor channels_first = permute(tokens, {0, 2, 1});
  return reshape(channels_first, {tokens.size(0), tokens.size(2), size.height, size.width});
}

} // namespace mammo::models
