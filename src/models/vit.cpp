#include "mammo/models/vit.hpp"

#include "mammo/models/transformer_layer.hpp"
#include "mammo/ops/arrange.hpp"
#include "mammo/ops/attention.hpp"
#include "mammo/ops/elementwise.hpp"
#include "mammo/ops/views.hpp"

#include <array>

namespace mammo::models {
namespace {

constexpr double norm_eps = 1e-6; // of the authors' program and timm

const VisionTransformerConfig& checked(const VisionTransformerConfig& config) {
  const auto in_range = [](std::int64_t value, std::int64_t high, const char* what) {
    require<ArgumentError>(value >= 1 && value <= high, "vision transformer: ", what, ' ', value,
                           ", expected 1 to ", high);
  };
  in_range(config.input_channels, 1 << 16, "input channels");
  in_range(config.num_classes, 1 << 24, "classes");
  in_range(config.height, 1 << 14, "height");
  in_range(config.width, 1 << 14, "width");
  in_range(config.patch, 1 << 10, "patch");
  in_range(config.layers, 256, "layers");
  in_range(config.heads, 1024, "heads");
  in_range(config.features, 1 << 16, "features");
  in_range(config.mlp_features, 1 << 16, "features of the MLP");
  require<ArgumentError>(config.features % config.heads == 0, "vision transformer: ", config.features,
                         " features for ", config.heads, " heads, expected a multiple");
  require<ArgumentError>(config.height % config.patch == 0 && config.width % config.patch == 0,
                         "vision transformer: pictures of ", config.height, " x ", config.width,
                         " pixels, expected multiples of ", config.patch);
  return config;
}

nn::LinearConfig between(std::int64_t in, std::int64_t out) {
  return {.in_features = in, .out_features = out};
}

} // namespace

VisionTransformerConfig vit_tiny() {
  return {};
}

VisionTransformerConfig vit_small() {
  return {.heads = 6, .features = 384, .mlp_features = 1536};
}

VisionTransformer::Block::Block(const VisionTransformerConfig& config)
    : heads_(config.heads),
      norm1_({.features = config.features, .eps = norm_eps}),
      qkv_(between(config.features, 3 * config.features)),
      proj_(between(config.features, config.features)),
      norm2_({.features = config.features, .eps = norm_eps}),
      fc1_(between(config.features, config.mlp_features)),
      fc2_(between(config.mlp_features, config.features)) {
  add("norm1", norm1_);
  add("attn.qkv", qkv_);
  add("attn.proj", proj_);
  add("norm2", norm2_);
  add("mlp.fc1", fc1_);
  add("mlp.fc2", fc2_);
}

Tensor VisionTransformer::Block::attend(const Tensor& x) const {
  const std::int64_t n = x.size(0);
  const std::int64_t tokens = x.size(1);
  const std::int64_t features = x.size(2);
  // [3, N, heads, tokens, features / heads]: queries, keys and values, a head at a time.
  const Tensor parts =
      permute(reshape(qkv_.forward(x), {n, tokens, 3, heads_, features / heads_}), {2, 0, 3, 1, 4});
  const Tensor seen = attention(select(parts, 0, 0), select(parts, 0, 1), select(parts, 0, 2));
  return proj_.forward(reshape(permute(seen, {0, 2, 1, 3}), {n, tokens, features}));
}

Tensor VisionTransformer::Block::forward(const Tensor& x) const {
  const Tensor attended = mammo::add(x, attend(norm1_.forward(x)));
  return mammo::add(attended, fc2_.forward(gelu(fc1_.forward(norm2_.forward(attended)))));
}

VisionTransformer::VisionTransformer(const VisionTransformerConfig& config)
    : config_(checked(config)),
      patch_embed_({.in_channels = config.input_channels,
                    .out_channels = config.features,
                    .kernel = config.patch,
                    .stride = config.patch}),
      norm_({.features = config.features, .eps = norm_eps}),
      head_(between(config.features, config.num_classes)) {
  const std::int64_t patches = config.height / config.patch * (config.width / config.patch);
  add_parameter("cls_token", cls_token_, {1, 1, config.features}, nn::Initial::zeros);
  add_parameter("pos_embed", pos_embed_, {1, 1 + patches, config.features}, nn::Initial::xavier_uniform);
  add("patch_embed.proj", patch_embed_);
  for (std::int64_t i = 0; i < config.layers; ++i) blocks_.emplace_back(config);
  add("blocks", blocks_);
  add("norm", norm_);
  add("head", head_);
}

Tensor VisionTransformer::features(const Tensor& x) const {
  require<TypeError>(cls_token_.defined(), "vision transformer without weights; load some first");
  require<ShapeError>(x.rank() == 4 && x.size(2) == config_.height && x.size(3) == config_.width,
                      "vision transformer: x ", x.shape(), ", expected [N, ", config_.input_channels, ", ",
                      config_.height, ", ", config_.width, ']');
  const Tensor cls = expand(cls_token_, {x.size(0), 1, config_.features});
  const std::array tokens{cls, tokens_of(patch_embed_.forward(x))};
  Tensor y = mammo::add(concatenate(tokens, 1), pos_embed_);
  for (const auto& block : blocks_) y = block->forward(y);
  return norm_.forward(y);
}

Tensor VisionTransformer::forward(const Tensor& x) const {
  return head_.forward(select(features(x), 1, 0));
}

} // namespace mammo::models
