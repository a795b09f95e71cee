#include "mammo/backend/dispatch.hpp"
#include "ops/gradients/rules.hpp"

#include <array>

namespace mammo::gradients {
namespace {

// [C] as something to broadcast over [N, C, H, W].
Tensor by_channel(const Tensor& t) {
  return t.contiguous().reshape({t.numel(), 1, 1});
}

} // namespace

Places differentiable(const BatchNorm&) {
  return {0, 3, 4};
}

Kept keeps(const BatchNorm& op, const Wanted& wanted) {
  Kept kept{.inputs = {2, 3}, .outputs = {}};
  if (wanted[3]) {
    kept.inputs.insert(0);
    kept.inputs.insert(1);
  }
  if (op.activation != Activation::none) kept.outputs.insert(0);
  return kept;
}

// The statistics are constants: y is x scaled and shifted, a channel at a time.
Gradients gradient(const BatchNorm& op, const Recorded& r) {
  const Tensor g = before(op.activation, r.outputs[0], r.gradient);
  const Tensor& var = r.inputs[2];
  const Tensor deviation = dispatch_one(
      Unary{.kind = UnaryKind::sqrt},
      std::array{combined(BinaryKind::add, var, Tensor::full({}, op.eps, {.dtype = var.dtype()}))});
  Gradients result(5);
  if (r.wanted[0]) {
    const Tensor scale = combined(BinaryKind::divide, r.inputs[3], deviation);
    result[0] = combined(BinaryKind::multiply, g, by_channel(scale));
  }
  if (r.wanted[3]) {
    const Tensor centred = combined(BinaryKind::subtract, r.inputs[0], by_channel(r.inputs[1]));
    result[3] =
        combined(BinaryKind::divide, channel_sums(combined(BinaryKind::multiply, g, centred)), deviation);
  }
  if (r.wanted[4]) result[4] = channel_sums(g);
  return result;
}

Kept keeps(const BatchNormTraining& op, const Wanted&) {
  Kept kept{.inputs = {0, 1}, .outputs = {1, 2}};
  if (op.activation != Activation::none) kept.outputs.insert(0);
  return kept;
}

Gradients gradient(const BatchNormTraining& op, const Recorded& r) {
  const BatchNormGradient by_all{.eps = op.eps, .activation = op.activation, .residual = r.wanted[3]};
  auto gradients = dispatch(
      by_all, std::array{r.inputs[0], r.outputs[0], r.outputs[1], r.outputs[2], r.inputs[1], r.gradient});
  gradients.resize(4);
  return gradients;
}

Kept keeps(const GroupNorm&, const Wanted&) {
  return {.inputs = {0, 1}, .outputs = {1, 2}};
}

Gradients gradient(const GroupNorm& op, const Recorded& r) {
  return dispatch(GroupNormGradient{.groups = op.groups},
                  std::array{r.inputs[0], r.outputs[1], r.outputs[2], r.inputs[1], r.gradient});
}

Kept keeps(const LayerNorm&, const Wanted&) {
  return {.inputs = {0, 1}, .outputs = {1, 2}};
}

Gradients gradient(const LayerNorm&, const Recorded& r) {
  return dispatch(LayerNormGradient{},
                  std::array{r.inputs[0], r.outputs[1], r.outputs[2], r.inputs[1], r.gradient});
}

Kept keeps(const Softmax&, const Wanted&) {
  return {.inputs = {}, .outputs = {0}};
}

Gradients gradient(const Softmax& op, const Recorded& r) {
  return {dispatch_one(SoftmaxGradient{.dim = op.dim}, std::array{r.outputs[0], r.gradient})};
}

} // namespace mammo::gradients
