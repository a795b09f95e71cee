#include "backend/cpu/plans.hpp"
#include "mammo/core/threads.hpp"

#include <algorithm>
#include <array>

namespace mammo::cpu {
namespace {

// NaN counts as larger than any number; of equals the first stays.
bool comes_before(float candidate, float best) {
  return candidate > best || (candidate != candidate && best == best);
}

std::int64_t first_largest(const float* x, std::int64_t length) {
  std::int64_t best = 0;
  for (std::int64_t i = 1; i < length; ++i) {
    if (comes_before(x[i], x[best])) best = i;
  }
  return best;
}

} // namespace

// Along memory a line at a time; else neighbouring lines together, a piece of them at a time.
PlanPointer plan(const ArgMax& op, const Signature& signature, std::vector<TensorSpec> outputs) {
  const TensorSpec& x = signature.inputs[0];
  if (x.layout != Layout::row_major) return nullptr;
  const std::int64_t length = x.shape[op.dim];
  std::int64_t inner = 1;
  for (int d = op.dim + 1; d < x.shape.rank(); ++d) inner *= x.shape[d];
  const std::int64_t outer = numel(x.shape) / (length * inner);
  constexpr std::int64_t piece = 512;
  const std::int64_t pieces = (inner + piece - 1) / piece;
  return make_plan(std::move(outputs), [=](std::span<const Tensor> inputs, std::span<Tensor> results) {
    const float* in = inputs[0].raw<float>();
    auto* y = results[0].mutable_raw<std::int64_t>();
    const std::int64_t grain = elementwise_grain / (length * std::min(piece, inner)) + 1;
    parallel_for(0, outer * pieces, grain, [&](std::int64_t begin, std::int64_t end) {
      std::array<float, piece> best;
      for (std::int64_t i = begin; i < end; ++i) {
        if (inner == 1) {
          y[i] = first_largest(in + i * length, length);
          continue;
        }
        const std::int64_t from = i % pieces * piece;
        const std::int64_t count = std::min(piece, inner - from);
        const float* rows = in + i / pieces * length * inner + from;
        std::int64_t* chosen = y + i / pieces * inner + from;
        std::copy_n(rows, count, best.begin());
        std::fill_n(chosen, count, 0);
        for (std::int64_t k = 1; k < length; ++k) {
          const float* row = rows + k * inner;
          for (std::int64_t j = 0; j < count; ++j) {
            float& so_far = best[static_cast<std::size_t>(j)];
            const bool better = comes_before(row[j], so_far);
            so_far = better ? row[j] : so_far;
            chosen[j] = better ? k : chosen[j];
          }
        }
      }
    });
  });
}

} // namespace mammo::cpu
