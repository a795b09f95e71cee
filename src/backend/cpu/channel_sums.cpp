#include "backend/cpu/plans.hpp"
#include "mammo/core/threads.hpp"

#include <algorithm>

namespace mammo::cpu {

// Planes are cut into pieces of a fixed size; each gives a sum a lane, and these are added in order. Within a
// piece several pixels are summed side by side.
PlanPointer plan_channel_sums(const TensorSpec& x, bool of_batch, double divisor,
                              std::vector<TensorSpec> outputs) {
  const Planes planes(x.shape, x.layout);
  const std::int64_t batch = x.shape[0];
  const std::int64_t channels = x.shape[1];
  const std::int64_t lanes = planes.lanes;
  const std::int64_t pixels = planes.height * planes.width;
  const std::int64_t side_by_side = std::clamp<std::int64_t>(512 / lanes, 1, pixels);
  const std::int64_t piece =
      std::max(elementwise_grain / lanes / side_by_side, std::int64_t{1}) * side_by_side;
  const std::int64_t pieces = (pixels + piece - 1) / piece;
  return make_plan(std::move(outputs), [=](std::span<const Tensor> inputs, std::span<Tensor> results) {
    const float* in = inputs[0].raw<float>();
    float* y = results[0].mutable_raw<float>();
    std::vector<double> partial(static_cast<std::size_t>(planes.count * pieces * lanes));
    const std::int64_t grain = elementwise_grain / (std::min(piece, pixels) * lanes) + 1;
    parallel_for(0, planes.count * pieces, grain, [&](std::int64_t begin, std::int64_t end) {
      const std::int64_t row = side_by_side * lanes;
      std::vector<double> sums(static_cast<std::size_t>(row));
      for (std::int64_t i = begin; i < end; ++i) {
        std::ranges::fill(sums, 0.0);
        const std::int64_t first = i % pieces * piece;
        const float* from = in + (i / pieces * pixels + first) * lanes;
        const std::int64_t count = std::min(piece, pixels - first) * lanes;
        for (std::int64_t at = 0; at < count; at += row) {
          vector_kernels().accumulate(sums.data(), from + at, std::min(row, count - at));
        }
        double* totals = partial.data() + i * lanes;
        for (std::int64_t k = 0; k < row; ++k) totals[k % lanes] += sums[static_cast<std::size_t>(k)];
      }
    });
    const std::int64_t blocks = planes.count / batch;
    const std::int64_t sums = of_batch ? 1 : batch;
    for (std::int64_t i = 0; i < sums * channels; ++i) {
      const std::int64_t block = i % channels / lanes;
      const std::int64_t lane = i % channels % lanes;
      double total = 0;
      for (std::int64_t n = i / channels; n < (of_batch ? batch : i / channels + 1); ++n) {
        for (std::int64_t k = 0; k < pieces; ++k) {
          total += partial[static_cast<std::size_t>(((n * blocks + block) * pieces + k) * lanes + lane)];
        }
      }
      y[i] = static_cast<float>(total / divisor);
    }
  });
}

} // namespace mammo::cpu
