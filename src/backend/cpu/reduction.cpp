#include "backend/cpu/reduction.hpp"

#include "backend/cpu/plans.hpp"
#include "mammo/core/threads.hpp"

#include <algorithm>
#include <array>
#include <limits>

namespace mammo::cpu {
namespace {

bool is_sum(ReduceKind kind) {
  return kind == ReduceKind::sum || kind == ReduceKind::mean;
}

// Elements that come next to each other in memory fold into one output element.
void fold_runs(ReduceKind kind, const Reduction& r, float start, double divisor, const float* x, float* y) {
  const auto combination =
      kind == ReduceKind::max ? kernels::Combination::maximum : kernels::Combination::minimum;
  const std::int64_t inner = r.gone.count();
  parallel_for(0, r.kept.count(), elementwise_grain / (r.run * inner) + 1,
               [&](std::int64_t begin, std::int64_t end) {
                 for (std::int64_t i = begin; i < end; ++i) {
                   const float* base = x + r.kept.offset(i);
                   double sum = 0;
                   float best = start;
                   for (std::int64_t k = 0; k < inner; ++k) {
                     const float* run = base + r.gone.offset(k);
                     if (is_sum(kind)) {
                       sum += vector_kernels().sum(run, r.run);
                     } else {
                       best = extreme(combination, run, r.run, best);
                     }
                   }
                   y[i] = is_sum(kind) ? static_cast<float>(sum / divisor) : best;
                 }
               });
}

// Rows fold into one row of outputs, a piece of the row at a time.
void fold_rows(ReduceKind kind, const Reduction& r, float start, double divisor, const float* x, float* y) {
  constexpr std::int64_t piece = 512;
  const auto combination =
      kind == ReduceKind::max ? kernels::Combination::maximum : kernels::Combination::minimum;
  const std::int64_t inner = r.gone.count();
  const std::int64_t pieces = (r.run + piece - 1) / piece;
  const std::int64_t grain = elementwise_grain / (std::min(piece, r.run) * inner) + 1;
  parallel_for(0, r.kept.count() * pieces, grain, [&](std::int64_t begin, std::int64_t end) {
    std::array<double, piece> sums;
    for (std::int64_t i = begin; i < end; ++i) {
      const std::int64_t from = i % pieces * piece;
      const std::int64_t length = std::min(piece, r.run - from);
      const float* base = x + r.kept.offset(i / pieces) + from;
      float* out = y + i / pieces * r.run + from;
      sums.fill(0);
      std::fill_n(out, length, start);
      for (std::int64_t k = 0; k < inner; ++k) {
        const float* row = base + r.gone.offset(k);
        if (is_sum(kind)) {
          vector_kernels().accumulate(sums.data(), row, length);
        } else {
          vector_kernels().combine(combination, false, out, 1, row, 1, out, length);
        }
      }
      if (!is_sum(kind)) continue;
      for (std::int64_t j = 0; j < length; ++j) {
        out[j] = static_cast<float>(sums[static_cast<std::size_t>(j)] / divisor);
      }
    }
  });
}

} // namespace

float extreme(kernels::Combination kind, const float* x, std::int64_t n, float so_far) {
  constexpr std::int64_t lanes = 64;
  std::array<float, lanes> best{};
  best.fill(so_far);
  const auto& loops = vector_kernels();
  for (std::int64_t i = 0; i < n; i += lanes) {
    loops.combine(kind, false, best.data(), 1, x + i, 1, best.data(), std::min(lanes, n - i));
  }
  for (std::int64_t left = lanes / 2; left >= 1; left /= 2) {
    loops.combine(kind, false, best.data(), 1, best.data() + left, 1, best.data(), left);
  }
  return best[0];
}

PlanPointer plan(const Reduce& op, const Signature& signature, std::vector<TensorSpec> outputs) {
  const TensorSpec& x = signature.inputs[0];
  double divisor = 1;
  if (op.kind == ReduceKind::mean) {
    for (const auto d : op.dims) divisor *= static_cast<double>(x.shape[static_cast<int>(d)]);
  }
  if (x.layout != Layout::row_major) {
    const bool of_batch = op.dims == Dims{0, 2, 3};
    if (!is_sum(op.kind) || (!of_batch && op.dims != Dims{2, 3})) return nullptr;
    return plan_channel_sums(x, of_batch, divisor, std::move(outputs));
  }
  constexpr float infinity = std::numeric_limits<float>::infinity();
  const float start = op.kind == ReduceKind::max ? -infinity : infinity;
  return make_plan(std::move(outputs), [=, kind = op.kind, reduction = Reduction(x.shape, op.dims)](
                                           std::span<const Tensor> inputs, std::span<Tensor> results) {
    const auto fold = reduction.run_is_gone ? fold_runs : fold_rows;
    fold(kind, reduction, start, divisor, inputs[0].raw<float>(), results[0].mutable_raw<float>());
  });
}

} // namespace mammo::cpu
