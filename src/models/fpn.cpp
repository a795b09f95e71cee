#include "mammo/models/fpn.hpp"

#include "mammo/ops/elementwise.hpp"
#include "mammo/ops/interpolation.hpp"
#include "mammo/ops/pooling.hpp"

namespace mammo::models {
namespace {

bool has_p6p7(ExtraLevels levels) {
  return levels == ExtraLevels::p6p7_on_p5 || levels == ExtraLevels::p6p7_on_c5;
}

nn::Conv2dConfig halving(std::int64_t in, std::int64_t out) {
  return {.in_channels = in, .out_channels = out, .kernel = 3, .stride = 2, .padding = 1};
}

Size2d size_of(const Tensor& map) {
  return {map.size(2), map.size(3)};
}

} // namespace

Fpn::Fpn(const FpnConfig& config) : config_(config) {
  require<ArgumentError>(!config.in_channels.empty(), "feature pyramid without inputs");
  const std::int64_t out = config.out_channels;
  for (std::size_t i = 0; i < config.in_channels.size(); ++i) {
    add(concat("inner_blocks.", i, ".0"),
        lateral_.emplace_back(nn::Conv2dConfig{.in_channels = config.in_channels[i], .out_channels = out}));
  }
  for (std::size_t i = 0; i < config.in_channels.size(); ++i) {
    add(concat("layer_blocks.", i, ".0"),
        output_.emplace_back(
            nn::Conv2dConfig{.in_channels = out, .out_channels = out, .kernel = 3, .padding = 1}));
  }
  if (has_p6p7(config.extra_levels)) {
    const bool on_p5 = config.extra_levels == ExtraLevels::p6p7_on_p5;
    add("extra_blocks.p6", p6_.emplace(halving(on_p5 ? out : config.in_channels.back(), out)));
    add("extra_blocks.p7", p7_.emplace(halving(out, out)));
  }
}

std::size_t Fpn::level_count() const {
  const std::size_t levels = config_.in_channels.size();
  if (config_.extra_levels == ExtraLevels::none) return levels;
  return config_.extra_levels == ExtraLevels::pool ? levels + 1 : levels + 2;
}

std::vector<Tensor> Fpn::forward(std::span<const Tensor> features) const {
  require<ShapeError>(features.size() == lateral_.size(), features.size(), " feature maps for a pyramid on ",
                      lateral_.size());
  std::vector<Tensor> levels(features.size());
  Tensor merged;
  for (std::size_t i = features.size(); i-- > 0;) {
    // The coarser map is added by the lateral convolution itself, as its residual.
    const Tensor above = merged.defined() ? interpolate_nearest(merged, size_of(features[i])) : Tensor();
    merged = lateral_[i].forward(features[i], Activation::none, above);
    levels[i] = output_[i].forward(merged);
  }
  if (config_.extra_levels == ExtraLevels::pool) {
    levels.push_back(max_pool2d(levels.back(), {.kernel = 1, .stride = 2}));
  } else if (p6_) {
    const bool on_p5 = config_.extra_levels == ExtraLevels::p6p7_on_p5;
    levels.push_back(p6_->forward(on_p5 ? levels.back() : features.back()));
    levels.push_back(p7_->forward(relu(levels.back())));
  }
  return levels;
}

} // namespace mammo::models
