#include "backend/cpu/plans.hpp"
#include "backend/cpu/reduction.hpp"
#include "mammo/core/threads.hpp"

#include <algorithm>

namespace mammo::cpu {
namespace {

// NaN is found in NaN.
bool is_found(float value, float extreme) {
  return value == extreme || (value != value && extreme != extreme);
}

// Elements that come next to each other in memory have one y and one g.
void spread_runs(const Reduction& r, const float* x, const float* y, const float* g, float* gradient) {
  const std::int64_t inner = r.gone.count();
  parallel_for(0, r.kept.count(), elementwise_grain / (r.run * inner) + 1,
               [&](std::int64_t begin, std::int64_t end) {
                 for (std::int64_t i = begin; i < end; ++i) {
                   const std::int64_t base = r.kept.offset(i);
                   std::int64_t found = 0;
                   for (std::int64_t k = 0; k < inner; ++k) {
                     const float* run = x + base + r.gone.offset(k);
                     found += std::count_if(run, run + r.run, [&](float v) { return is_found(v, y[i]); });
                   }
                   const float share = g[i] / static_cast<float>(found);
                   for (std::int64_t k = 0; k < inner; ++k) {
                     const std::int64_t at = base + r.gone.offset(k);
                     std::transform(x + at, x + at + r.run, gradient + at,
                                    [&](float v) { return is_found(v, y[i]) ? share : 0.0F; });
                   }
                 }
               });
}

// Rows share a row of y and g, of which a piece is done at a time.
void spread_rows(const Reduction& r, const float* x, const float* y, const float* g, float* gradient) {
  constexpr std::int64_t piece = 512;
  const std::int64_t inner = r.gone.count();
  const std::int64_t pieces = (r.run + piece - 1) / piece;
  const std::int64_t grain = elementwise_grain / (std::min(piece, r.run) * inner) + 1;
  parallel_for(0, r.kept.count() * pieces, grain, [&](std::int64_t begin, std::int64_t end) {
    std::vector<float> shares(piece);
    for (std::int64_t i = begin; i < end; ++i) {
      const std::int64_t from = i % pieces * piece;
      const std::int64_t length = std::min(piece, r.run - from);
      const std::int64_t base = r.kept.offset(i / pieces) + from;
      const float* extreme = y + i / pieces * r.run + from;
      const float* whole = g + i / pieces * r.run + from;
      std::ranges::fill(shares, 0.0F);
      for (std::int64_t k = 0; k < inner; ++k) {
        const float* row = x + base + r.gone.offset(k);
        for (std::int64_t j = 0; j < length; ++j) {
          shares[static_cast<std::size_t>(j)] += is_found(row[j], extreme[j]) ? 1.0F : 0.0F;
        }
      }
      for (std::int64_t j = 0; j < length; ++j) {
        float& share = shares[static_cast<std::size_t>(j)];
        share = whole[j] / share;
      }
      for (std::int64_t k = 0; k < inner; ++k) {
        const std::int64_t at = base + r.gone.offset(k);
        for (std::int64_t j = 0; j < length; ++j) {
          gradient[at + j] = is_found(x[at + j], extreme[j]) ? shares[static_cast<std::size_t>(j)] : 0.0F;
        }
      }
    }
  });
}

} // namespace

PlanPointer plan(const ReduceGradient& op, const Signature& signature, std::vector<TensorSpec> outputs) {
  for (const TensorSpec& input : signature.inputs) {
    if (input.layout != Layout::row_major) return nullptr;
  }
  return make_plan(std::move(outputs), [reduction = Reduction(signature.inputs[0].shape, op.dims)](
                                           std::span<const Tensor> inputs, std::span<Tensor> results) {
    const auto spread = reduction.run_is_gone ? spread_runs : spread_rows;
    spread(reduction, inputs[0].raw<float>(), inputs[1].raw<float>(), inputs[2].raw<float>(),
           results[0].mutable_raw<float>());
  });
}

} // namespace mammo::cpu
