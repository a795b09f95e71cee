#include "mammo/ops/losses.hpp"

#include "mammo/ops/autograd.hpp"
#include "mammo/ops/elementwise.hpp"
#include "mammo/ops/evaluate.hpp"
#include "mammo/ops/views.hpp"
#include "ops/loss_reduction.hpp"

#include <array>

namespace mammo {
namespace {

Tensor pointwise(const PointwiseLoss& op, const Tensor& x, const Tensor& target, Reduction reduction) {
  return reduced(evaluate_one(op, std::array{x, target}), reduction);
}

} // namespace

Tensor mse_loss(const Tensor& x, const Tensor& target, Reduction reduction) {
  return pointwise({.kind = LossKind::mse}, x, target, reduction);
}

Tensor smooth_l1_loss(const Tensor& x, const Tensor& target, const HuberOptions& options) {
  return pointwise({.kind = LossKind::smooth_l1, .beta = options.beta}, x, target, options.reduction);
}

Tensor huber_loss(const Tensor& x, const Tensor& target, const HuberOptions& options) {
  return pointwise({.kind = LossKind::huber, .beta = options.beta}, x, target, options.reduction);
}

Tensor bce_loss(const Tensor& logits, const Tensor& target, const BceOptions& options) {
  const double s = options.label_smoothing;
  require<ArgumentError>(s >= 0 && s <= 1, "bce_loss: label_smoothing ", s, ", expected 0 to 1");
  Tensor smoothed = target;
  if (s != 0) {
    smoothed = add(multiply(target, number(1 - s, target)), number(s / 2, target));
  }
  return pointwise({.kind = LossKind::bce}, logits, smoothed, options.reduction);
}

Tensor focal_loss(const Tensor& logits, const Tensor& target, const FocalOptions& options) {
  const PointwiseLoss op{.kind = LossKind::focal, .alpha = options.alpha, .gamma = options.gamma};
  return pointwise(op, logits, target, options.reduction);
}

Tensor cross_entropy_loss(const Tensor& logits, const Tensor& target, const CrossEntropyOptions& options) {
  const CrossEntropy op{.label_smoothing = options.label_smoothing};
  if (logits.rank() != 4) return reduced(evaluate_one(op, std::array{logits, target}), options.reduction);
  const Shape pixels{logits.size(0), logits.size(2), logits.size(3)};
  require<ShapeError>(target.shape() == pixels, "cross_entropy_loss: target ", target.shape(), " for logits ",
                      logits.shape(), ", expected ", pixels);
  const Tensor rows = reshape(permute(logits, {0, 2, 3, 1}), {numel(pixels), logits.size(1)});
  const Tensor losses = evaluate_one(op, std::array{rows, reshape(target, {numel(pixels)})});
  return reduced(options.reduction == Reduction::none ? reshape(losses, pixels) : losses, options.reduction);
}

} // namespace mammo
