#include "mammo/models/connected_unets.hpp"

#include "mammo/ops/arrange.hpp"
#include "mammo/ops/pooling.hpp"
#include "models/segmentation.hpp"

#include <array>

namespace mammo::models {
namespace {

const ConnectedUNetsConfig& checked(const ConnectedUNetsConfig& config) {
  check_levels("Connected-UNets", config.channels);
  check_ends("Connected-UNets", config.input_channels, config.num_classes);
  for (const std::int64_t dilation : config.dilations) {
    require<ArgumentError>(dilation >= 1 && dilation <= 4096, "Connected-UNets with a dilation of ", dilation,
                           ", expected 1 to 4096");
  }
  return config;
}

// The levels above the deepest, whose place pyramid pooling takes.
std::vector<std::int64_t> upper(const ConnectedUNetsConfig& config) {
  return {config.channels.begin(), config.channels.end() - 1};
}

Aspp::Config bottom(const ConnectedUNetsConfig& config) {
  return {.in_channels = config.channels.end()[-2],
          .out_channels = config.channels.back(),
          .dilations = config.dilations};
}

UNetDecoder::Config decoder(const ConnectedUNetsConfig& config) {
  return {
      .channels = config.channels, .residual = config.residual, .attention_gates = config.attention_gates};
}

Tensor halved(const Tensor& x) {
  return max_pool2d(x, {.kernel = 2, .stride = 2});
}

} // namespace

Aspp::Aspp(const Config& config)
    : mix_({.in_channels = config.out_channels, .out_channels = config.out_channels}) {
  std::vector<std::int64_t> dilations{1};
  dilations.insert(dilations.end(), config.dilations.begin(), config.dilations.end());
  for (const std::int64_t dilation : dilations) {
    convs_.emplace_back(nn::Conv2dConfig{.in_channels = config.in_channels,
                                         .out_channels = config.out_channels,
                                         .kernel = 3,
                                         .padding = dilation,
                                         .dilation = dilation,
                                         .bias = false});
    norms_.emplace_back(nn::BatchNorm2dConfig{.channels = config.out_channels});
  }
  add("convs", convs_);
  add("norms", norms_);
  add("mix", mix_);
}

Tensor Aspp::forward(const Tensor& x) const {
  Tensor sum;
  for (std::size_t i = 0; i < convs_.size(); ++i) {
    sum = conv_norm(convs_[i], norms_[i], x, Activation::none, sum);
  }
  return mix_.forward(sum);
}

ConnectedUNets::ConnectedLevel::ConnectedLevel(std::int64_t in_channels, std::int64_t channels, bool residual)
    : bring_({.in_channels = in_channels, .out_channels = channels}),
      block_({.in_channels = 2 * channels, .out_channels = channels, .residual = residual}) {
  add("bring", bring_);
  add("block", block_);
}

Tensor ConnectedUNets::ConnectedLevel::forward(const Tensor& from_above, const Tensor& connected) const {
  return block_.forward(concatenate(std::array{bring_.forward(from_above), connected}, 1));
}

ConnectedUNets::ConnectedUNets(const ConnectedUNetsConfig& config)
    : config_(checked(config)),
      encoder1_(
          {.input_channels = config.input_channels, .channels = upper(config), .residual = config.residual}),
      bottom1_(bottom(config)),
      decoder1_(decoder(config)),
      bottom2_(bottom(config)),
      decoder2_(decoder(config)),
      refine_({.in_channels = config.channels.front(),
               .out_channels = config.channels.front(),
               .dilations = config.dilations}),
      head_(segmentation_head(config.channels.front(), config.num_classes)) {
  std::int64_t from_above = config.channels.front();
  for (const std::int64_t channels : upper(config)) {
    encoder2_.emplace_back(from_above, channels, config.residual);
    from_above = channels;
  }
  add("encoder1", encoder1_);
  add("bottom1", bottom1_);
  add("decoder1", decoder1_);
  add("encoder2", encoder2_);
  add("bottom2", bottom2_);
  add("decoder2", decoder2_);
  add("refine", refine_);
  add("head", head_);
}

Tensor ConnectedUNets::forward(const Tensor& x) const {
  check_picture("Connected-UNets", x, deepest_stride(config_.channels.size()));
  std::vector<Tensor> maps = encoder1_.forward(x);
  maps.push_back(bottom1_.forward(halved(maps.back())));
  const std::vector<Tensor> first = decoder1_.forward(maps);

  maps = {encoder2_[0].forward(first[0], first[0])};
  for (std::size_t i = 1; i < encoder2_.size(); ++i) {
    maps.push_back(encoder2_[i].forward(halved(maps.back()), first[i]));
  }
  maps.push_back(bottom2_.forward(halved(maps.back())));
  return head_.forward(refine_.forward(decoder2_.forward(maps).front()));
}

} // namespace mammo::models
