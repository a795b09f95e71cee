#include "backend/cpu/plans.hpp"
#include "mammo/core/threads.hpp"

#include <algorithm>
#include <limits>

namespace mammo::cpu {
namespace {

struct Cell {
  std::int64_t begin;
  std::int64_t end;

  Cell(std::int64_t i, std::int64_t size, std::int64_t cells)
      : begin(i * size / cells), end(((i + 1) * size + cells - 1) / cells) {}
  std::int64_t size() const { return end - begin; }
};

// The mean or the maximum of a cell of one plane, for `lanes` neighbouring channels. Rows of a cell that is
// as wide as the plane are one run.
void pool_cell(PoolKind kind, const float* plane, std::int64_t width, std::int64_t lanes, Cell rows,
               Cell columns, double* sums, float* y) {
  const double divisor = static_cast<double>(rows.size() * columns.size());
  const bool average = kind == PoolKind::average;
  std::fill_n(sums, lanes, 0.0);
  std::fill_n(y, lanes, -std::numeric_limits<float>::infinity());
  for (std::int64_t h = rows.begin; h < rows.end; ++h) {
    const float* first = plane + (h * width + columns.begin) * lanes;
    if (lanes == 1 && average) {
      sums[0] += vector_kernels().sum(first, columns.size());
      continue;
    }
    for (std::int64_t w = 0; w < columns.size(); ++w) {
      const float* pixel = first + w * lanes;
      if (average) {
        vector_kernels().accumulate(sums, pixel, lanes);
      } else {
        vector_kernels().combine(kernels::Combination::maximum, false, y, 1, pixel, 1, y, lanes);
      }
    }
  }
  if (!average) return;
  for (std::int64_t lane = 0; lane < lanes; ++lane) y[lane] = static_cast<float>(sums[lane] / divisor);
}

} // namespace

PlanPointer plan(const AdaptivePool2d& op, const Signature& signature, std::vector<TensorSpec> outputs) {
  const TensorSpec& x = signature.inputs[0];
  outputs[0].layout = x.layout;
  const Planes from(x.shape, x.layout);
  const Planes to(outputs[0].shape, x.layout);
  return make_plan(std::move(outputs), [=](std::span<const Tensor> inputs, std::span<Tensor> results) {
    const float* in = inputs[0].raw<float>();
    float* out = results[0].mutable_raw<float>();
    const std::int64_t cells = to.height * to.width;
    const std::int64_t cost = from.height * from.width * from.lanes / cells + from.lanes;
    parallel_for(0, to.count * cells, elementwise_grain / cost + 1,
                 [&](std::int64_t begin, std::int64_t end) {
                   std::vector<double> sums(static_cast<std::size_t>(from.lanes));
                   for (std::int64_t i = begin; i < end; ++i) {
                     const float* plane = in + i / cells * from.height * from.width * from.lanes;
                     pool_cell(op.kind, plane, from.width, from.lanes,
                               Cell(i % cells / to.width, from.height, to.height),
                               Cell(i % to.width, from.width, to.width), sums.data(), out + i * from.lanes);
                   }
                 });
  });
}

} // namespace mammo::cpu
