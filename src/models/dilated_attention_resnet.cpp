#include "mammo/models/dilated_attention_resnet.hpp"

#include "mammo/ops/elementwise.hpp"
#include "mammo/ops/pooling.hpp"
#include "mammo/ops/views.hpp"

#include <algorithm>

namespace mammo::models {
namespace {

constexpr std::int64_t bottleneck_expansion = 4;

const DilatedAttentionResNetConfig& checked(const DilatedAttentionResNetConfig& config) {
  const auto check = [](const char* what, std::int64_t value, std::int64_t largest) {
    require<ArgumentError>(value >= 1 && value <= largest, "dilated attention ResNet with ", what, ' ', value,
                           ", expected 1 to ", largest);
  };
  check("input_channels", config.input_channels, 65536);
  check("num_classes", config.num_classes, 1 << 24);
  check("stem_channels", config.stem_channels, 1024);
  check("attention_reduction", config.attention_reduction, 1024);
  require<ArgumentError>(config.stage_blocks.size() == 4, "dilated attention ResNet of ",
                         config.stage_blocks.size(), " stages, expected 4");
  for (const std::int64_t blocks : config.stage_blocks) check("blocks of a stage", blocks, 256);
  return config;
}

SqueezeExcitation::Config attention(std::int64_t channels, std::int64_t reduction) {
  return {.channels = channels, .hidden = std::max<std::int64_t>(channels / reduction, 1)};
}

Tensor attended(const Tensor& x, const SqueezeExcitation& weigh) {
  return mammo::add(x, weigh.forward(x));
}

} // namespace

DilatedAttentionResNet::DilatedAttentionResNet(const DilatedAttentionResNetConfig& config)
    : config_(checked(config)),
      conv1_({.in_channels = config.input_channels,
              .out_channels = config.stem_channels,
              .kernel = 7,
              .stride = 2,
              .padding = 3,
              .bias = false}),
      bn1_({.channels = config.stem_channels}),
      fc_({.in_features = config.stem_channels * 8 * bottleneck_expansion,
           .out_features = config.num_classes}) {
  add("conv1", conv1_);
  add("bn1", bn1_);
  attention_.emplace_back(attention(config.stem_channels, config.attention_reduction));
  constexpr std::array<std::int64_t, 4> strides{1, 2, 1, 1};
  constexpr std::array<std::int64_t, 4> dilations{1, 1, 2, 4};
  std::int64_t in_channels = config.stem_channels;
  for (std::size_t stage = 0; stage < 4; ++stage) {
    const std::int64_t channels = config.stem_channels << stage;
    for (std::int64_t block = 0; block < config.stage_blocks[stage]; ++block) {
      stages_[stage].emplace_back(ResidualBlock::Config{.in_channels = in_channels,
                                                        .channels = channels,
                                                        .out_channels = bottleneck_expansion * channels,
                                                        .stride = block == 0 ? strides[stage] : 1,
                                                        .bottleneck = true,
                                                        .dilation = block == 0 ? dilations[stage] : 1,
                                                        .norm = {}});
      in_channels = bottleneck_expansion * channels;
    }
    add(concat("layer", stage + 1), stages_[stage]);
    attention_.emplace_back(attention(in_channels, config.attention_reduction));
  }
  add("attention", attention_);
  add("fc", fc_);
}

Tensor DilatedAttentionResNet::features(const Tensor& x) const {
  Tensor y = attended(conv_norm(conv1_, bn1_, x, Activation::relu), attention_[0]);
  y = max_pool2d(y, {.kernel = 3, .stride = 2, .padding = 1});
  for (std::size_t stage = 0; stage < 4; ++stage) {
    for (const auto& block : stages_[stage]) y = block->forward(y);
    y = attended(y, attention_[stage + 1]);
  }
  return y;
}

Tensor DilatedAttentionResNet::forward(const Tensor& x) const {
  return fc_.forward(flatten(adaptive_average_pool2d(features(x), 1)));
}

} // namespace mammo::models
