#include "mammo/models/unet_blocks.hpp"

#include "mammo/ops/arrange.hpp"
#include "mammo/ops/elementwise.hpp"
#include "mammo/ops/interpolation.hpp"
#include "mammo/ops/pooling.hpp"

#include <algorithm>
#include <array>

namespace mammo::models {
namespace {

nn::Conv2dConfig conv3x3(std::int64_t in, std::int64_t out) {
  return {.in_channels = in, .out_channels = out, .kernel = 3, .padding = 1, .bias = false};
}

} // namespace

ConvNormRelu::ConvNormRelu(const Config& config)
    : conv_(conv3x3(config.in_channels, config.out_channels)), norm_({.channels = config.out_channels}) {
  add("conv", conv_);
  add("norm", norm_);
}

Tensor ConvNormRelu::forward(const Tensor& x) const {
  return conv_norm(conv_, norm_, x, Activation::relu);
}

UNetBlock::UNetBlock(const Config& config)
    : residual_(config.residual),
      conv1_(conv3x3(config.in_channels, config.out_channels)),
      norm1_({.channels = config.out_channels}),
      conv2_(conv3x3(config.out_channels, config.out_channels)),
      norm2_({.channels = config.out_channels}) {
  add("conv1", conv1_);
  add("norm1", norm1_);
  add("conv2", conv2_);
  add("norm2", norm2_);
  if (config.residual && config.in_channels != config.out_channels) {
    add("shortcut",
        shortcut_.emplace(nn::Conv2dConfig{
            .in_channels = config.in_channels, .out_channels = config.out_channels, .bias = false}));
    add("shortcut_norm", shortcut_norm_.emplace(nn::BatchNorm2dConfig{.channels = config.out_channels}));
  }
}

Tensor UNetBlock::forward(const Tensor& x) const {
  const Tensor y = conv_norm(conv1_, norm1_, x, Activation::relu);
  if (!residual_) return conv_norm(conv2_, norm2_, y, Activation::relu);
  return conv_norm(conv2_, norm2_, y, Activation::relu,
                   shortcut_ ? conv_norm(*shortcut_, *shortcut_norm_, x) : x);
}

UNetEncoder::UNetEncoder(const Config& config) {
  std::int64_t in_channels = config.input_channels;
  for (const std::int64_t channels : config.channels) {
    const auto name = std::to_string(levels_.size());
    add(name, levels_.emplace_back(UNetBlock::Config{
                  .in_channels = in_channels, .out_channels = channels, .residual = config.residual}));
    in_channels = channels;
  }
}

std::vector<Tensor> UNetEncoder::forward(const Tensor& x) const {
  std::vector<Tensor> maps;
  for (const auto& level : levels_) {
    maps.push_back(level->forward(maps.empty() ? x : max_pool2d(maps.back(), {.kernel = 2, .stride = 2})));
  }
  return maps;
}

AttentionGate::AttentionGate(const Config& config)
    : theta_({.in_channels = config.channels,
              .out_channels = std::max<std::int64_t>(config.channels / 2, 1),
              .kernel = 2,
              .stride = 2,
              .bias = false}),
      phi_({.in_channels = config.gate_channels, .out_channels = theta_.config().out_channels}),
      psi_({.in_channels = theta_.config().out_channels, .out_channels = 1}) {
  add("theta", theta_);
  add("phi", phi_);
  add("psi", psi_);
}

Tensor AttentionGate::forward(const Tensor& x, const Tensor& gate) const {
  const Tensor seen = phi_.forward(gate, Activation::relu, theta_.forward(x));
  const Tensor weights = sigmoid(psi_.forward(seen));
  return multiply(x, interpolate_bilinear(weights, {x.size(2), x.size(3)}));
}

UNetDecoderLevel::UNetDecoderLevel(const Config& config)
    : up_({.in_channels = config.channels_below, .out_channels = config.channels, .kernel = 2, .stride = 2}),
      merge_({.in_channels = 2 * config.channels,
              .out_channels = config.channels,
              .residual = config.residual}) {
  add("up", up_);
  if (config.attention_gate) {
    add("gate", gate_.emplace(AttentionGate::Config{.channels = config.channels,
                                                    .gate_channels = config.channels_below}));
  }
  add("merge", merge_);
}

Tensor UNetDecoderLevel::forward(const Tensor& skip, const Tensor& below) const {
  const Tensor passed = gate_ ? gate_->forward(skip, below) : skip;
  return merge_.forward(concatenate(std::array{passed, up_.forward(below)}, 1));
}

UNetDecoder::UNetDecoder(const Config& config) {
  for (std::size_t i = 0; i + 1 < config.channels.size(); ++i) {
    add(std::to_string(i),
        levels_.emplace_back(UNetDecoderLevel::Config{.channels = config.channels[i],
                                                      .channels_below = config.channels[i + 1],
                                                      .residual = config.residual,
                                                      .attention_gate = config.attention_gates}));
  }
}

std::vector<Tensor> UNetDecoder::forward(std::span<const Tensor> maps) const {
  require<ShapeError>(maps.size() == levels_.size() + 1, maps.size(), " maps for a decoder of ",
                      levels_.size(), " levels, expected one more");
  std::vector<Tensor> results(levels_.size());
  Tensor below = maps.back();
  for (std::size_t i = levels_.size(); i-- > 0;) {
    results[i] = levels_[i].forward(maps[i], below);
    below = results[i];
  }
  return results;
}

} // namespace mammo::models
