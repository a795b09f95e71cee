#include "mammo/models/resnet.hpp"

#include "mammo/ops/elementwise.hpp"
#include "mammo/ops/pooling.hpp"
#include "mammo/ops/views.hpp"

#include <algorithm>
#include <cmath>
#include <functional>
#include <utility>

namespace mammo::models {
namespace {

constexpr std::int64_t bottleneck_expansion = 4;

// He et al. 2016, table 1.
std::array<int, 4> blocks_of(std::int64_t depth) {
  switch (depth) {
  case 18: return {2, 2, 2, 2};
  case 34:
  case 50: return {3, 4, 6, 3};
  case 101: return {3, 4, 23, 3};
  case 152: return {3, 8, 36, 3};
  default: break;
  }
  throw ArgumentError(concat("ResNet depth ", depth, ", expected 18, 34, 50, 101 or 152"));
}

bool has_bottlenecks(const ResNetConfig& config) {
  return config.depth >= 50;
}

const ResNetConfig& checked(const ResNetConfig& config) {
  blocks_of(config.depth);
  require<ArgumentError>(config.width_factor >= 1.0 / 64 && config.width_factor <= 16, "ResNet width factor ",
                         config.width_factor, ", expected 1/64 to 16");
  require<ArgumentError>(!config.stride_on_1x1 || has_bottlenecks(config), "ResNet-", config.depth,
                         " with its stride on the 1x1 convolution: its blocks have none");
  const auto& dilated = config.replace_stride_with_dilation;
  require<ArgumentError>(has_bottlenecks(config) || std::ranges::none_of(dilated, std::identity{}), "ResNet-",
                         config.depth, " with dilation: only those of bottlenecks, 50 and deeper, have it");
  require<ArgumentError>(config.se_reduction >= 0 && config.se_reduction <= 1024,
                         "ResNet with a squeeze-and-excitation reduction of ", config.se_reduction,
                         ", expected 0 to 1024");
  require<ArgumentError>(config.input_channels >= 1 && config.input_channels <= 65536, "ResNet of ",
                         config.input_channels, " input channels, expected 1 to 65536");
  require<ArgumentError>(config.num_classes >= 0 && config.num_classes <= 1 << 24, "ResNet of ",
                         config.num_classes, " classes, expected 0 to 2^24");
  return config;
}

std::int64_t scaled(std::int64_t channels, double factor) {
  return std::llround(static_cast<double>(channels) * factor);
}

nn::Conv2dConfig conv1x1(std::int64_t in, std::int64_t out, std::int64_t stride = 1) {
  return {.in_channels = in, .out_channels = out, .kernel = 1, .stride = stride, .bias = false};
}

nn::Conv2dConfig conv3x3(std::int64_t in, std::int64_t out, std::int64_t stride, std::int64_t dilation) {
  return {.in_channels = in,
          .out_channels = out,
          .kernel = 3,
          .stride = stride,
          .padding = dilation,
          .dilation = dilation,
          .bias = false};
}

nn::Conv2dConfig first_conv(const ResidualBlock::Config& c) {
  if (!c.bottleneck) return conv3x3(c.in_channels, c.channels, c.stride, c.dilation);
  return conv1x1(c.in_channels, c.channels, c.stride_on_1x1 ? c.stride : 1);
}

nn::Conv2dConfig second_conv(const ResidualBlock::Config& c) {
  return conv3x3(c.channels, c.channels, c.bottleneck && !c.stride_on_1x1 ? c.stride : 1, c.dilation);
}

// Of squeeze and excitation: timm's rounding.
std::int64_t hidden_of(std::int64_t channels, std::int64_t reduction) {
  if (reduction == 0) return 0;
  constexpr std::int64_t multiple = 8;
  const double exact = static_cast<double>(channels) / static_cast<double>(reduction);
  return std::max(static_cast<std::int64_t>(exact + multiple / 2.0) / multiple * multiple, multiple);
}

nn::BatchNorm2dConfig norm_of(nn::BatchNorm2dConfig norm, std::int64_t channels) {
  norm.channels = channels;
  return norm;
}

} // namespace

ResidualBlock::ResidualBlock(const Config& config)
    : conv1_(first_conv(config)),
      bn1_(norm_of(config.norm, config.channels)),
      conv2_(second_conv(config)),
      bn2_(norm_of(config.norm, config.channels)) {
  add("conv1", conv1_);
  add("bn1", bn1_);
  add("conv2", conv2_);
  add("bn2", bn2_);
  if (config.bottleneck) {
    add("conv3", conv3_.emplace(conv1x1(config.channels, config.out_channels)));
    add("bn3", bn3_.emplace(norm_of(config.norm, config.out_channels)));
  }
  if (config.se_hidden > 0) {
    add("se",
        se_.emplace(SqueezeExcitation::Config{.channels = config.out_channels, .hidden = config.se_hidden}));
  }
  if (config.stride != 1 || config.in_channels != config.out_channels) {
    add("downsample.0", projection_.emplace(conv1x1(config.in_channels, config.out_channels, config.stride)));
    add("downsample.1", projection_norm_.emplace(norm_of(config.norm, config.out_channels)));
  }
}

Tensor ResidualBlock::forward(const Tensor& x) const {
  const Tensor shortcut = projection_ ? conv_norm(*projection_, *projection_norm_, x) : x;
  const nn::Conv2d& last_conv = conv3_ ? *conv3_ : conv2_;
  const nn::BatchNorm2d& last_norm = conv3_ ? *bn3_ : bn2_;
  Tensor y = conv_norm(conv1_, bn1_, x, Activation::relu);
  if (conv3_) y = conv_norm(conv2_, bn2_, y, Activation::relu);
  if (!se_) return conv_norm(last_conv, last_norm, y, Activation::relu, shortcut);
  return relu(mammo::add(se_->forward(conv_norm(last_conv, last_norm, y)), shortcut));
}

ResNet::ResNet(const ResNetConfig& config)
    : config_(checked(config)),
      conv1_({.in_channels = config.input_channels,
              .out_channels = stem_channels,
              .kernel = 7,
              .stride = 2,
              .padding = 3,
              .bias = false}),
      bn1_({.channels = stem_channels, .eps = config.norm_eps, .frozen = config.frozen_norm}) {
  add("conv1", conv1_);
  add("bn1", bn1_);
  const std::array<int, 4> blocks = blocks_of(config.depth);
  std::int64_t in_channels = stem_channels;
  std::int64_t dilation = 1;
  for (int stage = 0; stage < 4; ++stage) {
    const auto i = static_cast<std::size_t>(stage);
    const bool dilated = stage > 0 && config.replace_stride_with_dilation[i - 1];
    // The first block still sees what a stage without gaps gives it.
    const std::int64_t first_dilation = dilation;
    if (dilated) dilation *= 2;
    for (int block = 0; block < blocks[i]; ++block) {
      stages_[i].emplace_back(
          ResidualBlock::Config{.in_channels = in_channels,
                                .channels = scaled(stem_channels << stage, config.width_factor),
                                .out_channels = stage_channels(stage),
                                .stride = stage > 0 && block == 0 && !dilated ? 2 : 1,
                                .bottleneck = has_bottlenecks(config),
                                .stride_on_1x1 = config.stride_on_1x1,
                                .dilation = block == 0 ? first_dilation : dilation,
                                .se_hidden = hidden_of(stage_channels(stage), config.se_reduction),
                                .norm = {.eps = config.norm_eps, .frozen = config.frozen_norm}});
      in_channels = stage_channels(stage);
    }
    add(concat("layer", stage + 1), stages_[i]);
  }
  if (config.num_classes > 0) {
    add("fc", fc_.emplace(nn::LinearConfig{.in_features = in_channels, .out_features = config.num_classes}));
  }
}

std::int64_t ResNet::stage_channels(int stage) const {
  require<ArgumentError>(stage >= 0 && stage < 4, "ResNet stage ", stage, ", expected 0 to 3");
  const std::int64_t channels = scaled(stem_channels << stage, config_.width_factor);
  return has_bottlenecks(config_) ? channels * bottleneck_expansion : channels;
}

Tensor ResNet::stem(const Tensor& x) const {
  return conv_norm(conv1_, bn1_, x, Activation::relu);
}

std::array<Tensor, 4> ResNet::features_from(Tensor stem) const {
  Tensor y = std::move(stem);
  y = max_pool2d(y, {.kernel = 3, .stride = 2, .padding = 1});
  std::array<Tensor, 4> result;
  for (std::size_t stage = 0; stage < 4; ++stage) {
    for (const auto& block : stages_[stage]) y = block->forward(y);
    result[stage] = y;
  }
  return result;
}

std::array<Tensor, 4> ResNet::features(const Tensor& x) const {
  return features_from(stem(x));
}

Tensor ResNet::forward(const Tensor& x) const {
  require<ArgumentError>(fc_.has_value(), "forward of a ResNet without a classifier; use features()");
  return fc_->forward(flatten(adaptive_average_pool2d(features(x)[3], 1)));
}

} // namespace mammo::models
