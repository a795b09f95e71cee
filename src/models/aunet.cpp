#include "mammo/models/aunet.hpp"

#include "mammo/ops/arrange.hpp"
#include "mammo/ops/elementwise.hpp"
#include "mammo/ops/interpolation.hpp"
#include "mammo/ops/pooling.hpp"
#include "mammo/ops/views.hpp"
#include "models/segmentation.hpp"

#include <algorithm>
#include <array>

namespace mammo::models {
namespace {

const AUNetConfig& checked(const AUNetConfig& config) {
  check_levels("AUNet", config.channels);
  check_ends("AUNet", config.input_channels, config.num_classes);
  require<ArgumentError>(config.attention_reduction >= 1 && config.attention_reduction <= 1024,
                         "AUNet with an attention reduction of ", config.attention_reduction,
                         ", expected 1 to 1024");
  return config;
}

nn::LinearConfig squeezing(const AUBlock::Config& config) {
  const std::int64_t joined = 2 * config.channels;
  return {.in_features = joined,
          .out_features = std::max<std::int64_t>(joined / config.attention_reduction, 1)};
}

} // namespace

AUBlock::AUBlock(const Config& config)
    : dense_({.in_channels = config.channels_below, .out_channels = 4 * config.channels}),
      smooth_({.in_channels = config.channels, .out_channels = config.channels}),
      bilinear_({.in_channels = config.channels_below, .out_channels = config.channels}),
      squeeze_(squeezing(config)),
      excite_(
          {.in_features = squeeze_.config().out_features, .out_features = squeeze_.config().in_features}) {
  add("dense", dense_);
  add("smooth", smooth_);
  add("bilinear", bilinear_);
  add("squeeze", squeeze_);
  add("excite", excite_);
}

Tensor AUBlock::forward(const Tensor& fine, const Tensor& below) const {
  const Tensor dense = pixel_shuffle(dense_.forward(below), 2);
  const Tensor bilinear = bilinear_.forward(interpolate_bilinear(below, {fine.size(2), fine.size(3)}, true));
  const Tensor joined = concatenate(std::array{smooth_.forward(mammo::add(fine, dense)), bilinear}, 1);

  const Tensor averages = flatten(adaptive_average_pool2d(joined, 1));
  const Tensor weights = sigmoid(excite_.forward(squeeze_.forward(averages, Activation::relu)));
  return multiply(joined, reshape(weights, {joined.size(0), joined.size(1), 1, 1}));
}

AUNet::AUNet(const AUNetConfig& config)
    : config_(checked(config)), head_(segmentation_head(config.channels.front(), config.num_classes)) {
  std::int64_t in_channels = config.input_channels;
  for (const std::int64_t channels : config.channels) {
    enter_.emplace_back(ConvNormRelu::Config{.in_channels = in_channels, .out_channels = channels});
    down_.emplace_back(
        UNetBlock::Config{.in_channels = channels, .out_channels = channels, .residual = true});
    in_channels = channels;
  }
  for (std::size_t i = 0; i + 1 < config.channels.size(); ++i) {
    const std::int64_t channels = config.channels[i];
    up_.emplace_back(AUBlock::Config{.channels = channels,
                                     .channels_below = config.channels[i + 1],
                                     .attention_reduction = config.attention_reduction});
    merge_.emplace_back(UNetBlock::Config{.in_channels = 2 * channels, .out_channels = channels});
  }
  add("enter", enter_);
  add("down", down_);
  add("up", up_);
  add("merge", merge_);
  add("head", head_);
}

Tensor AUNet::forward(const Tensor& x) const {
  check_picture("AUNet", x, deepest_stride(config_.channels.size()));
  std::vector<Tensor> maps;
  for (std::size_t i = 0; i < down_.size(); ++i) {
    const Tensor above = i == 0 ? x : max_pool2d(maps.back(), {.kernel = 2, .stride = 2});
    maps.push_back(down_[i].forward(enter_[i].forward(above)));
  }
  Tensor y = maps.back();
  for (std::size_t i = up_.size(); i-- > 0;) y = merge_[i].forward(up_[i].forward(maps[i], y));
  return head_.forward(y);
}

Tensor pixel_shuffle(const Tensor& x, std::int64_t r) {
  require<ShapeError>(x.rank() == 4 && r >= 1 && x.size(1) % (r * r) == 0, "pixel_shuffle by ", r, " of ",
                      x.shape(), ", expected [N, C r^2, H, W]");
  const std::int64_t n = x.size(0);
  const std::int64_t c = x.size(1) / (r * r);
  const std::int64_t h = x.size(2);
  const std::int64_t w = x.size(3);
  const Tensor cells = permute(reshape(x, {n, c, r, r, h, w}), {0, 1, 4, 2, 5, 3});
  return reshape(cells, {n, c, h * r, w * r});
}

} // namespace mammo::models
