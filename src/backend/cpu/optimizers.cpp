#include "backend/cpu/plans.hpp"
#include "mammo/core/threads.hpp"

#include <cmath>

namespace mammo::cpu {
namespace {

// The last input is the settings, which have no layout of their own.
bool is_row_major(const Signature& signature) {
  for (const TensorSpec& input : signature.inputs) {
    if (input.layout != Layout::row_major) return false;
  }
  return true;
}

float narrow(double value) {
  return static_cast<float>(value);
}

} // namespace

PlanPointer plan(const SgdStep& op, const Signature& signature, std::vector<TensorSpec> outputs) {
  if (!is_row_major(signature)) return nullptr;
  return make_plan(std::move(outputs), [op](std::span<const Tensor> inputs, std::span<Tensor> results) {
    const auto* settings = inputs[3].raw<double>();
    const kernels::SgdTerms terms{.rate = narrow(settings[0]),
                                  .momentum = narrow(settings[1]),
                                  .decay = narrow(settings[2]),
                                  .nesterov = op.nesterov};
    const float* p = inputs[0].raw<float>();
    const float* g = inputs[1].raw<float>();
    const float* velocity = inputs[2].raw<float>();
    float* new_p = results[0].mutable_raw<float>();
    float* new_velocity = results[1].mutable_raw<float>();
    parallel_for(0, inputs[0].numel(), elementwise_grain, [&](std::int64_t i, std::int64_t end) {
      vector_kernels().sgd_step(terms, p + i, g + i, velocity + i, new_p + i, new_velocity + i, end - i);
    });
  });
}

PlanPointer plan(const AdamStep& op, const Signature& signature, std::vector<TensorSpec> outputs) {
  if (!is_row_major(signature)) return nullptr;
  return make_plan(std::move(outputs), [op](std::span<const Tensor> inputs, std::span<Tensor> results) {
    const auto* settings = inputs[4].raw<double>();
    const double rate = settings[0];
    const double beta1 = settings[1];
    const double beta2 = settings[2];
    const double decay = settings[4];
    const double step = settings[5];
    const kernels::AdamTerms terms{.rate = narrow(rate / (1 - std::pow(beta1, step))),
                                   .beta1 = narrow(beta1),
                                   .share1 = narrow(1 - beta1),
                                   .beta2 = narrow(beta2),
                                   .share2 = narrow(1 - beta2),
                                   .root_scale = narrow(1 / std::sqrt(1 - std::pow(beta2, step))),
                                   .eps = narrow(settings[3]),
                                   .decay = op.decoupled ? 0 : narrow(decay),
                                   .shrink = op.decoupled ? narrow(1 - rate * decay) : 1};
    const float* p = inputs[0].raw<float>();
    const float* g = inputs[1].raw<float>();
    const float* first = inputs[2].raw<float>();
    const float* second = inputs[3].raw<float>();
    float* new_p = results[0].mutable_raw<float>();
    float* new_first = results[1].mutable_raw<float>();
    float* new_second = results[2].mutable_raw<float>();
    parallel_for(0, inputs[0].numel(), elementwise_grain, [&](std::int64_t i, std::int64_t end) {
      vector_kernels().adam_step(terms, p + i, g + i, first + i, second + i, new_p + i, new_first + i,
                                 new_second + i, end - i);
    });
  });
}

PlanPointer plan(const AverageStep&, const Signature& signature, std::vector<TensorSpec> outputs) {
  if (!is_row_major(signature)) return nullptr;
  return make_plan(std::move(outputs), [](std::span<const Tensor> inputs, std::span<Tensor> results) {
    const double decay = inputs[2].raw<double>()[0];
    const float* average = inputs[0].raw<float>();
    const float* p = inputs[1].raw<float>();
    float* y = results[0].mutable_raw<float>();
    parallel_for(0, inputs[0].numel(), elementwise_grain, [&](std::int64_t i, std::int64_t end) {
      vector_kernels().average(narrow(decay), narrow(1 - decay), average + i, p + i, y + i, end - i);
    });
  });
}

} // namespace mammo::cpu
