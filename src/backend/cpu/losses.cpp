#include "backend/cpu/plans.hpp"
#include "mammo/core/threads.hpp"

namespace mammo::cpu {
namespace {

using kernels::Loss;
using kernels::LossTerms;

// Huber's loss is smooth L1 times beta.
LossTerms terms_of(const PointwiseLoss& op) {
  LossTerms terms{.kind = Loss::mse,
                  .beta = static_cast<float>(op.beta),
                  .scale = op.kind == LossKind::huber ? static_cast<float>(op.beta) : 1.0F,
                  .weight = 1,
                  .weight_slope = 0,
                  .gamma = static_cast<float>(op.gamma)};
  switch (op.kind) {
  case LossKind::mse: break;
  case LossKind::smooth_l1:
  case LossKind::huber: terms.kind = Loss::smooth_l1; break;
  case LossKind::bce: terms.kind = Loss::bce; break;
  case LossKind::focal: terms.kind = Loss::focal; break;
  }
  if (op.alpha >= 0) {
    terms.weight = static_cast<float>(1 - op.alpha);
    terms.weight_slope = static_cast<float>(2 * op.alpha - 1);
  }
  return terms;
}

bool have_one_layout(const Signature& signature) {
  for (const TensorSpec& input : signature.inputs) {
    if (input.layout != signature.inputs[0].layout) return false;
  }
  return true;
}

// A loss takes tens of cycles an element.
constexpr std::int64_t grain = elementwise_grain / 4;

} // namespace

PlanPointer plan(const PointwiseLoss& op, const Signature& signature, std::vector<TensorSpec> outputs) {
  if (!have_one_layout(signature)) return nullptr;
  outputs[0].layout = signature.inputs[0].layout;
  const std::int64_t count = storage_numel(outputs[0].shape, outputs[0].layout);
  return make_plan(std::move(outputs),
                   [count, terms = terms_of(op)](std::span<const Tensor> inputs, std::span<Tensor> results) {
                     const float* x = inputs[0].raw<float>();
                     const float* t = inputs[1].raw<float>();
                     float* y = results[0].mutable_raw<float>();
                     parallel_for(0, count, grain, [&](std::int64_t begin, std::int64_t end) {
                       vector_kernels().loss(terms, x + begin, t + begin, y + begin, end - begin);
                     });
                     clear_padding(y, results[0].shape(), results[0].layout());
                   });
}

PlanPointer plan(const PointwiseLossGradient& op, const Signature& signature,
                 std::vector<TensorSpec> outputs) {
  if (!have_one_layout(signature)) return nullptr;
  outputs[0].layout = signature.inputs[0].layout;
  const std::int64_t count = storage_numel(outputs[0].shape, outputs[0].layout);
  return make_plan(std::move(outputs), [count, terms = terms_of(op.loss)](std::span<const Tensor> inputs,
                                                                          std::span<Tensor> results) {
    const float* x = inputs[0].raw<float>();
    const float* t = inputs[1].raw<float>();
    const float* g = inputs[2].raw<float>();
    float* y = results[0].mutable_raw<float>();
    parallel_for(0, count, grain, [&](std::int64_t begin, std::int64_t end) {
      vector_kernels().loss_gradient(terms, x + begin, t + begin, g + begin, y + begin, end - begin);
    });
    clear_padding(y, results[0].shape(), results[0].layout());
  });
}

} // namespace mammo::cpu
