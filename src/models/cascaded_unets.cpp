#include "mammo/models/cascaded_unets.hpp"

#include "mammo/ops/arrange.hpp"
#include "mammo/ops/elementwise.hpp"
#include "mammo/ops/interpolation.hpp"
#include "mammo/ops/pooling.hpp"
#include "models/segmentation.hpp"

#include <array>

namespace mammo::models {

CascadedUNets::CascadedUNets(const CascadedUNetsConfig& config) : config_(config) {
  require<ArgumentError>(config.scales >= 1 && config.scales <= 8, "cascade of ", config.scales,
                         " scales, expected 1 to 8");
  UNetConfig unet = config.unet;
  scales_.emplace_back(unet);
  unet.input_channels += unet.num_classes;
  while (static_cast<std::int64_t>(scales_.size()) < config.scales) scales_.emplace_back(unet);
  add("scales", scales_);
}

std::vector<Tensor> CascadedUNets::forward_scales(const Tensor& x) const {
  check_picture("cascade", x, deepest_stride(config_.unet.channels.size()) * deepest_stride(scales_.size()));
  std::vector<Tensor> logits;
  for (std::size_t i = 0; i < scales_.size(); ++i) {
    const std::int64_t shrink = deepest_stride(scales_.size() - i);
    Tensor seen = shrink == 1 ? x : average_pool2d(x, {.kernel = shrink, .stride = shrink});
    if (i > 0) {
      const Tensor found = interpolate_bilinear(sigmoid(logits.back()), {seen.size(2), seen.size(3)});
      seen = concatenate(std::array{seen, found}, 1);
    }
    logits.push_back(scales_[i].forward(seen));
  }
  return logits;
}

Tensor CascadedUNets::forward(const Tensor& x) const {
  return forward_scales(x).back();
}

} // namespace mammo::models
