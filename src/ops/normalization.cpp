#include "mammo/ops/normalization.hpp"

#include "mammo/ops/evaluate.hpp"

#include <array>

namespace mammo {

Tensor batch_norm(const Tensor& x, const Tensor& mean, const Tensor& var, const Tensor& weight,
                  const Tensor& bias, const BatchNorm& options) {
  return evaluate_one(options, std::array{x, mean, var, weight, bias});
}

BatchStatistics batch_norm_training(const Tensor& x, const Tensor& weight, const Tensor& bias,
                                    const BatchNormTraining& options, const Tensor& residual) {
  auto outputs = evaluate(options, std::array{x, weight, bias, residual});
  return {std::move(outputs[0]), std::move(outputs[1]), std::move(outputs[2])};
}

Tensor group_norm(const Tensor& x, const Tensor& weight, const Tensor& bias, const GroupNorm& options) {
  return evaluate_one(options, std::array{x, weight, bias});
}

Tensor instance_norm(const Tensor& x, const Tensor& weight, const Tensor& bias, double eps) {
  require<ShapeError>(x.rank() >= 2, "instance_norm: x ", x.shape(), ", expected [N, C, ...]");
  return group_norm(x, weight, bias, {.groups = x.size(1), .eps = eps});
}

Tensor layer_norm(const Tensor& x, const Tensor& weight, const Tensor& bias, double eps) {
  return evaluate_one(LayerNorm{.eps = eps}, std::array{x, weight, bias});
}

Tensor softmax(const Tensor& x, int dim) {
  return evaluate_one(Softmax{.dim = dim < 0 ? dim + x.rank() : dim}, std::array{x});
}

} // namespace mammo
