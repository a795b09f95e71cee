#include "mammo/ops/convolution.hpp"

#include "mammo/backend/dispatch.hpp"

#include <array>

namespace mammo {

Tensor conv2d(const Tensor& x, const Tensor& weight, const Tensor& bias, const Conv2d& options,
              const Tensor& residual) {
  return dispatch_one(options, std::array{x, weight, bias, residual});
}

Tensor linear(const Tensor& x, const Tensor& weight, const Tensor& bias, const Linear& options) {
  return dispatch_one(options, std::array{x, weight, bias});
}

} // namespace mammo
