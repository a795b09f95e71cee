#include "mammo/ops/pooling.hpp"

#include "mammo/ops/evaluate.hpp"

#include <array>

namespace mammo {

Tensor max_pool2d(const Tensor& x, const MaxPoolOptions& options) {
  return evaluate_one(Pool2d{.kind = PoolKind::max,
                             .kernel = options.kernel,
                             .stride = options.stride,
                             .padding = options.padding,
                             .dilation = options.dilation},
                      std::array{x});
}

Tensor average_pool2d(const Tensor& x, const AveragePoolOptions& options) {
  return evaluate_one(Pool2d{.kind = PoolKind::average,
                             .kernel = options.kernel,
                             .stride = options.stride,
                             .padding = options.padding,
                             .count_padding = options.count_padding},
                      std::array{x});
}

Tensor adaptive_average_pool2d(const Tensor& x, Size2d output) {
  return evaluate_one(AdaptivePool2d{.kind = PoolKind::average, .output = output}, std::array{x});
}

Tensor adaptive_max_pool2d(const Tensor& x, Size2d output) {
  return evaluate_one(AdaptivePool2d{.kind = PoolKind::max, .output = output}, std::array{x});
}

} // namespace mammo
