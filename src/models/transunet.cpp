#include "mammo/models/transunet.hpp"

#include "mammo/ops/arrange.hpp"
#include "mammo/ops/elementwise.hpp"
#include "mammo/ops/interpolation.hpp"
#include "mammo/ops/pooling.hpp"
#include "models/segmentation.hpp"

namespace mammo::models {
namespace {

constexpr std::int64_t cell = 16; // pixels of the picture to a cell of the deepest map

const TransUNetConfig& checked(const TransUNetConfig& config) {
  const auto in_range = [](std::int64_t value, std::int64_t high, const char* what) {
    require<ArgumentError>(value >= 1 && value <= high, "TransUNet: ", what, ' ', value, ", expected 1 to ",
                           high);
  };
  check_ends("TransUNet", config.input_channels, config.num_classes);
  in_range(config.stem_channels, 4096, "stem channels");
  require<ArgumentError>(config.stage_blocks.size() == 3, "TransUNet of ", config.stage_blocks.size(),
                         " stages, expected 3");
  for (const std::int64_t blocks : config.stage_blocks) in_range(blocks, 256, "blocks of a stage");
  in_range(config.layers, 256, "layers");
  in_range(config.heads, 1024, "heads");
  in_range(config.features, 1 << 16, "features");
  in_range(config.mlp_features, 1 << 16, "features of the MLP");
  require<ArgumentError>(config.features % config.heads == 0, "TransUNet: ", config.features,
                         " features for ", config.heads, " heads, expected a multiple");
  require<ArgumentError>(config.decoder_channels.size() == 5, "TransUNet with ",
                         config.decoder_channels.size(), " decoder channels, expected 5");
  check_levels("TransUNet", config.decoder_channels);
  in_range(config.height, 1 << 14, "height");
  in_range(config.width, 1 << 14, "width");
  require<ArgumentError>(config.height % cell == 0 && config.width % cell == 0, "TransUNet: pictures of ",
                         config.height, " x ", config.width, " pixels, expected multiples of ", cell);
  return config;
}

std::int64_t stage_channels(const TransUNetConfig& config, std::size_t stage) {
  return config.stem_channels * (std::int64_t{4} << stage);
}

} // namespace

TransUNet::UpBlock::UpBlock(std::int64_t in_channels, std::int64_t out_channels)
    : conv1_({.in_channels = in_channels, .out_channels = out_channels}),
      conv2_({.in_channels = out_channels, .out_channels = out_channels}) {
  add("conv1", conv1_);
  add("conv2", conv2_);
}

Tensor TransUNet::UpBlock::forward(const Tensor& below, const Tensor& skip) const {
  // The authors' program maps the corners' centres onto each other.
  Tensor y = interpolate_bilinear(below, {2 * below.size(2), 2 * below.size(3)}, true);
  if (skip.defined()) y = concatenate(std::array{y, skip}, 1);
  return conv2_.forward(conv1_.forward(y));
}

TransUNet::TransUNet(const TransUNetConfig& config)
    : config_(checked(config)),
      stem_({.in_channels = config.input_channels,
             .out_channels = config.stem_channels,
             .kernel = 7,
             .stride = 2,
             .padding = 3,
             .bias = false}),
      stem_norm_({.channels = config.stem_channels}),
      embed_({.in_channels = stage_channels(config, 2), .out_channels = config.features}),
      dropout_({.probability = config.dropout}),
      norm_({.features = config.features, .eps = 1e-6}),
      widen_({.in_channels = config.features, .out_channels = config.decoder_channels[0]}),
      head_(segmentation_head(config.decoder_channels[4], config.num_classes, 3)) {
  add("resnet.conv1", stem_);
  add("resnet.bn1", stem_norm_);
  std::int64_t in_channels = config.stem_channels;
  for (std::size_t stage = 0; stage < 3; ++stage) {
    for (std::int64_t block = 0; block < config.stage_blocks[stage]; ++block) {
      stages_[stage].emplace_back(ResidualBlock::Config{.in_channels = in_channels,
                                                        .channels = stage_channels(config, stage) / 4,
                                                        .out_channels = stage_channels(config, stage),
                                                        .stride = stage > 0 && block == 0 ? 2 : 1,
                                                        .bottleneck = true,
                                                        .norm = {}});
      in_channels = stage_channels(config, stage);
    }
    add(concat("resnet.layer", stage + 1), stages_[stage]);
  }
  add("embed", embed_);
  add_parameter("position", position_, {config.height / cell * (config.width / cell), config.features},
                nn::Initial::zeros);
  add("dropout", dropout_);
  for (std::int64_t i = 0; i < config.layers; ++i) {
    layers_.emplace_back(TransformerLayer::Config{.features = config.features,
                                                  .heads = config.heads,
                                                  .head_features = config.features / config.heads,
                                                  .mlp_features = config.mlp_features,
                                                  .dropout = config.dropout});
  }
  add("layers", layers_);
  add("norm", norm_);
  add("widen", widen_);
  const std::array<std::int64_t, 4> skips{stage_channels(config, 1), stage_channels(config, 0),
                                          config.stem_channels, 0};
  for (std::size_t i = 0; i < skips.size(); ++i) {
    up_.emplace_back(config.decoder_channels[i] + skips[i], config.decoder_channels[i + 1]);
  }
  add("up", up_);
  add("head", head_);
}

// The map's cells as tokens through the transformer, and back: [N, C, h, w] -> [N, features, h, w].
Tensor TransUNet::transformed(const Tensor& map) const {
  require<TypeError>(position_.defined(), "TransUNet without weights; load some first");
  Tensor tokens = dropout_.forward(mammo::add(tokens_of(embed_.forward(map)), position_));
  for (const auto& layer : layers_) tokens = layer->forward(tokens);
  return map_of(norm_.forward(tokens), {map.size(2), map.size(3)});
}

Tensor TransUNet::forward(const Tensor& x) const {
  check_picture("TransUNet", x, cell);
  require<ShapeError>(x.size(2) == config_.height && x.size(3) == config_.width, "TransUNet: picture of ",
                      x.size(2), " x ", x.size(3), " pixels, expected ", config_.height, " x ",
                      config_.width);
  const Tensor stem = conv_norm(stem_, stem_norm_, x, Activation::relu);
  std::array<Tensor, 3> maps;
  Tensor y = max_pool2d(stem, {.kernel = 3, .stride = 2, .padding = 1});
  for (std::size_t stage = 0; stage < 3; ++stage) {
    for (const auto& block : stages_[stage]) y = block->forward(y);
    maps[stage] = y;
  }
  y = widen_.forward(transformed(maps[2]));
  y = up_[0].forward(y, maps[1]);
  y = up_[1].forward(y, maps[0]);
  y = up_[2].forward(y, stem);
  return head_.forward(up_[3].forward(y, {}));
}

} // namespace mammo::models
