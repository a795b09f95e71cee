#include "mammo/models/densenet.hpp"

#include "mammo/ops/arrange.hpp"
#include "mammo/ops/pooling.hpp"
#include "mammo/ops/views.hpp"

#include <array>

namespace mammo::models {
namespace {

const DenseNetConfig& checked(const DenseNetConfig& config) {
  constexpr std::int64_t limit = 65536;
  const auto check = [](const char* what, std::int64_t value, std::int64_t largest) {
    require<ArgumentError>(value >= 1 && value <= largest, "DenseNet with ", what, ' ', value,
                           ", expected 1 to ", largest);
  };
  check("input_channels", config.input_channels, limit);
  check("num_classes", config.num_classes, 1 << 24);
  check("growth_rate", config.growth_rate, 1024);
  check("init_features", config.init_features, limit);
  check("bottleneck_factor", config.bottleneck_factor, 64);
  check("number of blocks", std::ssize(config.blocks), 8);
  for (const std::int64_t layers : config.blocks) check("layers of a block", layers, 256);
  return config;
}

// Of what the last block gives.
std::int64_t last_channels(const DenseNetConfig& config) {
  std::int64_t channels = config.init_features;
  for (std::size_t i = 0; i < config.blocks.size(); ++i) {
    channels = (i == 0 ? channels : channels / 2) + config.blocks[i] * config.growth_rate;
  }
  return channels;
}

} // namespace

DenseNetConfig densenet121() {
  return {};
}

DenseNetConfig densenet201() {
  return {.blocks = {6, 12, 48, 32}};
}

DenseNet::DenseLayer::DenseLayer(std::int64_t in_channels, const DenseNetConfig& config)
    : norm1_({.channels = in_channels}),
      conv1_({.in_channels = in_channels,
              .out_channels = config.bottleneck_factor * config.growth_rate,
              .bias = false}),
      norm2_({.channels = conv1_.config().out_channels}),
      conv2_({.in_channels = conv1_.config().out_channels,
              .out_channels = config.growth_rate,
              .kernel = 3,
              .padding = 1,
              .bias = false}) {
  add("norm1", norm1_);
  add("conv1", conv1_);
  add("norm2", norm2_);
  add("conv2", conv2_);
}

Tensor DenseNet::DenseLayer::forward(const Tensor& x) const {
  const Tensor narrow = conv_norm(conv1_, norm2_, norm1_.forward(x, Activation::relu), Activation::relu);
  return concatenate(std::array{x, conv2_.forward(narrow)}, 1);
}

DenseNet::DenseBlock::DenseBlock(std::int64_t in_channels, std::int64_t layers,
                                 const DenseNetConfig& config) {
  for (std::int64_t i = 0; i < layers; ++i) {
    add(concat("denselayer", i + 1), layers_.emplace_back(in_channels + i * config.growth_rate, config));
  }
}

Tensor DenseNet::DenseBlock::forward(const Tensor& x) const {
  Tensor y = x;
  for (const auto& layer : layers_) y = layer->forward(y);
  return y;
}

DenseNet::Transition::Transition(std::int64_t in_channels)
    : norm_({.channels = in_channels}),
      conv_({.in_channels = in_channels, .out_channels = in_channels / 2, .bias = false}) {
  add("norm", norm_);
  add("conv", conv_);
}

Tensor DenseNet::Transition::forward(const Tensor& x) const {
  return average_pool2d(conv_.forward(norm_.forward(x, Activation::relu)), {.kernel = 2, .stride = 2});
}

DenseNet::DenseNet(const DenseNetConfig& config)
    : config_(checked(config)),
      stem_({.in_channels = config.input_channels,
             .out_channels = config.init_features,
             .kernel = 7,
             .stride = 2,
             .padding = 3,
             .bias = false}),
      stem_norm_({.channels = config.init_features}),
      norm_({.channels = last_channels(config)}),
      classifier_({.in_features = norm_.config().channels, .out_features = config.num_classes}) {
  add("features.conv0", stem_);
  add("features.norm0", stem_norm_);
  std::int64_t channels = config.init_features;
  for (std::size_t i = 0; i < config.blocks.size(); ++i) {
    if (i > 0) {
      add(concat("features.transition", i), transitions_.emplace_back(channels));
      channels /= 2;
    }
    add(concat("features.denseblock", i + 1), blocks_.emplace_back(channels, config.blocks[i], config));
    channels += config.blocks[i] * config.growth_rate;
  }
  add("features.norm5", norm_);
  add("classifier", classifier_);
}

Tensor DenseNet::features(const Tensor& x) const {
  Tensor y = conv_norm(stem_, stem_norm_, x, Activation::relu);
  y = max_pool2d(y, {.kernel = 3, .stride = 2, .padding = 1});
  for (std::size_t i = 0; i < blocks_.size(); ++i) {
    y = blocks_[i].forward(i == 0 ? y : transitions_[i - 1].forward(y));
  }
  return norm_.forward(y, Activation::relu);
}

Tensor DenseNet::forward(const Tensor& x) const {
  return classifier_.forward(flatten(adaptive_average_pool2d(features(x), 1)));
}

} // namespace mammo::models
