#include "mammo/models/transres_unet.hpp"

#include "mammo/ops/elementwise.hpp"
#include "models/segmentation.hpp"

namespace mammo::models {
namespace {

const TransResUNetConfig& checked(const TransResUNetConfig& config) {
  check_levels("TransRes U-Net", config.channels);
  check_ends("TransRes U-Net", config.input_channels, config.num_classes);
  const auto in_range = [](std::int64_t value, std::int64_t high, const char* what) {
    require<ArgumentError>(value >= 1 && value <= high, "TransRes U-Net: ", what, ' ', value,
                           ", expected 1 to ", high);
  };
  in_range(config.height, 1 << 14, "height");
  in_range(config.width, 1 << 14, "width");
  in_range(config.layers, 256, "layers");
  in_range(config.heads, 1024, "heads");
  in_range(config.features, 1 << 16, "features");
  in_range(config.head_features, 1 << 16, "features of a head");
  in_range(config.mlp_features, 1 << 16, "features of the MLP");
  return config;
}

Size2d grid_of(const TransResUNetConfig& config) {
  const std::int64_t patch = deepest_stride(checked(config).channels.size());
  require<ArgumentError>(config.height % patch == 0 && config.width % patch == 0,
                         "TransRes U-Net: pictures of ", config.height, " x ", config.width,
                         " pixels, expected multiples of ", patch);
  return {config.height / patch, config.width / patch};
}

} // namespace

TransResUNetConfig transres_unet_thesis() {
  return {.input_channels = 3, .features = 512, .head_features = 512, .mlp_features = 1024};
}

TransResUNetConfig transres_unet_slim() {
  return {};
}

ViTBlock::ViTBlock(const TransResUNetConfig& config)
    : grid_(grid_of(config)),
      patches_({.in_channels = config.input_channels,
                .out_channels = config.features,
                .kernel = deepest_stride(config.channels.size()),
                .stride = deepest_stride(config.channels.size())}),
      norm_({.features = config.features, .eps = 1e-6}),
      dropout_({.probability = config.output_dropout}) {
  add("patches", patches_);
  add_parameter("position", position_, {grid_.height * grid_.width, config.features},
                nn::Initial::xavier_uniform);
  for (std::int64_t i = 0; i < config.layers; ++i) {
    layers_.emplace_back(TransformerLayer::Config{.features = config.features,
                                                  .heads = config.heads,
                                                  .head_features = config.head_features,
                                                  .mlp_features = config.mlp_features,
                                                  .attention_dropout = config.dropout,
                                                  .dropout = config.dropout,
                                                  .gelu_last = true});
  }
  add("layers", layers_);
  add("norm", norm_);
  add("dropout", dropout_);
  if (config.features != config.channels.back()) {
    add("project", project_.emplace(nn::LinearConfig{.in_features = config.features,
                                                     .out_features = config.channels.back()}));
  }
}

Tensor ViTBlock::forward(const Tensor& x) const {
  const Tensor patches = tokens_of(patches_.forward(x));
  require<TypeError>(position_.defined(), "ViT block without weights; load some first");
  require<ShapeError>(patches.size(1) == position_.size(0), "ViT block: ", patches.size(1),
                      " patches, expected ", position_.size(0));
  Tensor tokens = mammo::add(patches, position_);
  for (const auto& layer : layers_) tokens = layer->forward(tokens);
  tokens = dropout_.forward(norm_.forward(tokens));
  if (project_) tokens = project_->forward(tokens);
  return map_of(tokens, grid_);
}

TransResUNet::TransResUNet(const TransResUNetConfig& config)
    : config_(checked(config)),
      encoder_({.input_channels = config.input_channels, .channels = config.channels, .residual = true}),
      transformer_(config),
      decoder_({.channels = config.channels}),
      head_(segmentation_head(config.channels.front(), config.num_classes, 3)) {
  add("encoder", encoder_);
  add("transformer", transformer_);
  add("decoder", decoder_);
  add("head", head_);
}

Tensor TransResUNet::forward(const Tensor& x) const {
  check_picture("TransRes U-Net", x, deepest_stride(config_.channels.size()));
  require<ShapeError>(x.size(2) == config_.height && x.size(3) == config_.width,
                      "TransRes U-Net: picture of ", x.size(2), " x ", x.size(3), " pixels, expected ",
                      config_.height, " x ", config_.width);
  std::vector<Tensor> maps = encoder_.forward(x);
  maps.back() = relu(mammo::add(maps.back(), transformer_.forward(x)));
  return head_.forward(decoder_.forward(maps).front());
}

} // namespace mammo::models
