#include "backend/cpu/plans.hpp"
#include "mammo/core/threads.hpp"

#include <algorithm>
#include <array>

namespace mammo::cpu {
namespace {

// Lines whose elements are neighbours.
void gradient_of_runs(std::int64_t lines, std::int64_t length, const float* y, const float* g, float* gx) {
  const auto& loops = vector_kernels().normalization;
  parallel_for(0, lines, elementwise_grain / length + 1, [&](std::int64_t begin, std::int64_t end) {
    for (std::int64_t at = begin * length; at < end * length; at += length) {
      const auto sum = static_cast<float>(loops.product_sum(y + at, g + at, length));
      loops.softmax_gradient(y + at, g + at, &sum, 0, length, gx + at);
    }
  });
}

// Lines side by side, `step` of them, a piece at a time.
void gradient_of_columns(std::int64_t outer, std::int64_t length, std::int64_t step, const float* y,
                         const float* g, float* gx) {
  constexpr std::int64_t piece = 512;
  const auto& loops = vector_kernels().normalization;
  const std::int64_t pieces = (step + piece - 1) / piece;
  const std::int64_t grain = elementwise_grain / (std::min(piece, step) * length) + 1;
  parallel_for(0, outer * pieces, grain, [&](std::int64_t begin, std::int64_t end) {
    std::array<double, piece> sums;
    std::array<float, piece> rounded;
    for (std::int64_t i = begin; i < end; ++i) {
      const std::int64_t start = i / pieces * length * step + i % pieces * piece;
      const std::int64_t width = std::min(piece, step - i % pieces * piece);
      sums.fill(0);
      for (std::int64_t k = 0; k < length; ++k) {
        loops.accumulate_products(sums.data(), y + start + k * step, g + start + k * step, width);
      }
      std::ranges::transform(sums, rounded.begin(), [](double sum) { return static_cast<float>(sum); });
      for (std::int64_t k = 0; k < length; ++k) {
        const std::int64_t at = start + k * step;
        loops.softmax_gradient(y + at, g + at, rounded.data(), 1, width, gx + at);
      }
    }
  });
}

} // namespace

PlanPointer plan(const SoftmaxGradient& op, const Signature& signature, std::vector<TensorSpec> outputs) {
  const TensorSpec& y = signature.inputs[0];
  if (y.layout != Layout::row_major || signature.inputs[1].layout != Layout::row_major) return nullptr;
  const std::int64_t length = y.shape[op.dim];
  std::int64_t step = 1;
  for (int d = op.dim + 1; d < y.shape.rank(); ++d) step *= y.shape[d];
  const std::int64_t outer = numel(y.shape) / (length * step);
  return make_plan(std::move(outputs), [=](std::span<const Tensor> inputs, std::span<Tensor> results) {
    const float* in = inputs[0].raw<float>();
    const float* g = inputs[1].raw<float>();
    float* gx = results[0].mutable_raw<float>();
    if (step == 1) return gradient_of_runs(outer, length, in, g, gx);
    gradient_of_columns(outer, length, step, in, g, gx);
  });
}

} // namespace mammo::cpu
