#include "mammo/ops/normalization.hpp"

#include "mammo/backend/dispatch.hpp"

#include <array>

namespace mammo {

Tensor batch_norm(const Tensor& x, const Tensor& mean, const Tensor& var, const Tensor& weight,
                  const Tensor& bias, const BatchNorm& options) {
  return dispatch_one(options, std::array{x, mean, var, weight, bias});
}

Tensor softmax(const Tensor& x, int dim) {
  return dispatch_one(Softmax{.dim = dim < 0 ? dim + x.rank() : dim}, std::array{x});
}

} // namespace mammo
