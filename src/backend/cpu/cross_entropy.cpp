#include "backend/cpu/plans.hpp"
#include "mammo/core/threads.hpp"

#include <array>
#include <cmath>
#include <limits>

namespace mammo::cpu {
namespace {

std::int64_t checked_target(std::string_view operation, std::int64_t target, std::int64_t classes) {
  require<ArgumentError>(target >= 0 && target < classes, operation, ": target ", target,
                         ", expected at least 0 and below ", classes);
  return target;
}

// What softmax needs of a row: e^(x - largest) / sum.
struct Row {
  float largest;
  double sum;

  Row(const float* x, std::int64_t classes)
      : largest(extreme(kernels::Combination::maximum, x, classes, -std::numeric_limits<float>::infinity())),
        sum(vector_kernels().exponential_sum(x, largest, classes)) {}
};

} // namespace

PlanPointer plan(const CrossEntropy& op, const Signature& signature, std::vector<TensorSpec> outputs) {
  const std::int64_t classes = signature.inputs[0].shape[1];
  const double smoothing = op.label_smoothing;
  return make_plan(std::move(outputs), [=](std::span<const Tensor> inputs, std::span<Tensor> results) {
    const float* logits = inputs[0].raw<float>();
    const auto* targets = inputs[1].raw<std::int64_t>();
    float* y = results[0].mutable_raw<float>();
    parallel_for(0, results[0].numel(), elementwise_grain / classes / 4 + 1,
                 [&](std::int64_t begin, std::int64_t end) {
                   for (std::int64_t n = begin; n < end; ++n) {
                     const std::int64_t target = checked_target(CrossEntropy::name, targets[n], classes);
                     const float* x = logits + n * classes;
                     const Row row(x, classes);
                     const double total = row.largest + std::log(row.sum);
                     double loss = (1 - smoothing) * (total - x[target]);
                     if (smoothing > 0) {
                       const double mean = vector_kernels().sum(x, classes) / static_cast<double>(classes);
                       loss += smoothing * (total - mean);
                     }
                     y[n] = static_cast<float>(loss);
                   }
                 });
  });
}

PlanPointer plan(const CrossEntropyGradient& op, const Signature& signature,
                 std::vector<TensorSpec> outputs) {
  const std::int64_t classes = signature.inputs[0].shape[1];
  const double smoothing = op.label_smoothing;
  return make_plan(std::move(outputs), [=](std::span<const Tensor> inputs, std::span<Tensor> results) {
    const float* logits = inputs[0].raw<float>();
    const auto* targets = inputs[1].raw<std::int64_t>();
    const float* g = inputs[2].raw<float>();
    float* y = results[0].mutable_raw<float>();
    parallel_for(0, results[0].size(0), elementwise_grain / classes / 4 + 1,
                 [&](std::int64_t begin, std::int64_t end) {
                   for (std::int64_t n = begin; n < end; ++n) {
                     const std::int64_t target =
                         checked_target(CrossEntropyGradient::name, targets[n], classes);
                     const float* x = logits + n * classes;
                     float* gradient = y + n * classes;
                     const Row row(x, classes);
                     const double everywhere = -g[n] * smoothing / static_cast<double>(classes);
                     vector_kernels().scaled_exponential(x, row.largest, static_cast<float>(g[n] / row.sum),
                                                         static_cast<float>(everywhere), gradient, classes);
                     const double p = std::exp(static_cast<double>(x[target]) - row.largest) / row.sum;
                     gradient[target] = static_cast<float>(g[n] * (p - (1 - smoothing)) + everywhere);
                   }
                 });
  });
}

} // namespace mammo::cpu
