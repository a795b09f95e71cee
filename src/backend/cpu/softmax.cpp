#include "backend/cpu/plans.hpp"
#include "mammo/core/threads.hpp"

#include <algorithm>
#include <array>

namespace mammo::cpu {
namespace {

constexpr std::int64_t piece = 512;

// Calls body(start, width) for lines that lie side by side, `step` of them, at most a piece at a time:
// `start` is where the first of `width` lines starts.
template <class Body>
void for_each_piece(std::int64_t outer, std::int64_t length, std::int64_t step, const Body& body) {
  const std::int64_t pieces = (step + piece - 1) / piece;
  const std::int64_t grain = elementwise_grain / (std::min(piece, step) * length) + 1;
  parallel_for(0, outer * pieces, grain, [&](std::int64_t begin, std::int64_t end) {
    for (std::int64_t i = begin; i < end; ++i) {
      const std::int64_t first = i % pieces * piece;
      body(i / pieces * length * step + first, std::min(piece, step - first));
    }
  });
}

// Lines whose elements are neighbours.
void softmax_of_runs(std::int64_t lines, std::int64_t length, const float* x, float* y) {
  parallel_for(0, lines, elementwise_grain / length + 1, [&](std::int64_t begin, std::int64_t end) {
    for (std::int64_t at = begin * length; at < end * length; at += length) {
      vector_kernels().normalization.softmax(x + at, length, y + at);
    }
  });
}

void gradient_of_runs(std::int64_t lines, std::int64_t length, const float* y, const float* g, float* gx) {
  const auto& loops = vector_kernels().normalization;
  parallel_for(0, lines, elementwise_grain / length + 1, [&](std::int64_t begin, std::int64_t end) {
    for (std::int64_t at = begin * length; at < end * length; at += length) {
      const auto sum = static_cast<float>(loops.product_sum(y + at, g + at, length));
      loops.softmax_gradient(y + at, g + at, &sum, 0, length, gx + at);
    }
  });
}

void softmax_of_columns(std::int64_t outer, std::int64_t length, std::int64_t step, const float* x,
                        float* y) {
  using kernels::Combination;
  const auto& loops = vector_kernels();
  for_each_piece(outer, length, step, [&](std::int64_t start, std::int64_t width) {
    std::array<float, piece> largest;
    std::array<double, piece> sums{};
    std::copy_n(x + start, width, largest.data());
    for (std::int64_t at = start + step; at < start + length * step; at += step) {
      loops.combine(Combination::maximum, false, largest.data(), 1, x + at, 1, largest.data(), width);
    }
    for (std::int64_t at = start; at < start + length * step; at += step) {
      loops.combine(Combination::subtract, false, x + at, 1, largest.data(), 1, y + at, width);
      loops.apply(kernels::Function::exp, y + at, y + at, width);
      loops.accumulate(sums.data(), y + at, width);
    }
    std::array<float, piece> factors;
    std::ranges::transform(sums, factors.begin(), [](double sum) { return static_cast<float>(1 / sum); });
    for (std::int64_t at = start; at < start + length * step; at += step) {
      loops.combine(Combination::multiply, false, y + at, 1, factors.data(), 1, y + at, width);
    }
  });
}

void gradient_of_columns(std::int64_t outer, std::int64_t length, std::int64_t step, const float* y,
                         const float* g, float* gx) {
  const auto& loops = vector_kernels().normalization;
  for_each_piece(outer, length, step, [&](std::int64_t start, std::int64_t width) {
    std::array<double, piece> sums{};
    std::array<float, piece> rounded;
    for (std::int64_t at = start; at < start + length * step; at += step) {
      loops.accumulate_products(sums.data(), y + at, g + at, width);
    }
    std::ranges::transform(sums, rounded.begin(), [](double sum) { return static_cast<float>(sum); });
    for (std::int64_t at = start; at < start + length * step; at += step) {
      loops.softmax_gradient(y + at, g + at, rounded.data(), 1, width, gx + at);
    }
  });
}

// Elements between neighbours along dimension `dim`.
std::int64_t step_of(const Shape& shape, int dim) {
  std::int64_t step = 1;
  for (int d = dim + 1; d < shape.rank(); ++d) step *= shape[d];
  return step;
}

} // namespace

PlanPointer plan(const Softmax& op, const Signature& signature, std::vector<TensorSpec> outputs) {
  const TensorSpec& x = signature.inputs[0];
  if (x.layout != Layout::row_major) return nullptr;
  const std::int64_t length = x.shape[op.dim];
  const std::int64_t step = step_of(x.shape, op.dim);
  const std::int64_t outer = numel(x.shape) / (length * step);
  return make_plan(std::move(outputs), [=](std::span<const Tensor> inputs, std::span<Tensor> results) {
    const float* in = inputs[0].raw<float>();
    float* y = results[0].mutable_raw<float>();
    if (step == 1) return softmax_of_runs(outer, length, in, y);
    softmax_of_columns(outer, length, step, in, y);
  });
}

PlanPointer plan(const SoftmaxGradient& op, const Signature& signature, std::vector<TensorSpec> outputs) {
  const TensorSpec& y = signature.inputs[0];
  if (y.layout != Layout::row_major || signature.inputs[1].layout != Layout::row_major) return nullptr;
  const std::int64_t length = y.shape[op.dim];
  const std::int64_t step = step_of(y.shape, op.dim);
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
