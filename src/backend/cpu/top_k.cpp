#include "backend/cpu/ordering.hpp"
#include "backend/cpu/plans.hpp"
#include "mammo/core/threads.hpp"

#include <algorithm>
#include <functional>

namespace mammo::cpu {

// Selection in O(n), then only the k chosen are sorted.
PlanPointer plan(const TopK& op, const Signature& signature, std::vector<TensorSpec> outputs) {
  const TensorSpec& x = signature.inputs[0];
  if (x.layout != Layout::row_major || x.shape[-1] > most_ordered) return nullptr;
  const std::int64_t length = x.shape[-1];
  const std::int64_t rows = numel(x.shape) / length;
  return make_plan(
      std::move(outputs), [=, k = op.k](std::span<const Tensor> inputs, std::span<Tensor> results) {
        const float* in = inputs[0].raw<float>();
        float* values = results[0].mutable_raw<float>();
        auto* indices = results[1].mutable_raw<std::int64_t>();
        parallel_for(0, rows, elementwise_grain / length / 4 + 1, [&](std::int64_t begin, std::int64_t end) {
          std::vector<OrderKey> keys;
          keys.reserve(static_cast<std::size_t>(length));
          for (std::int64_t row = begin; row < end; ++row) {
            const float* line = in + row * length;
            keys.clear();
            for (std::int64_t i = 0; i < length; ++i)
              keys.emplace_back(line[i], static_cast<std::uint32_t>(i));
            const auto last = keys.begin() + k;
            if (k < length) std::nth_element(keys.begin(), last - 1, keys.end(), std::greater<>());
            std::sort(keys.begin(), last, std::greater<>());
            for (std::int64_t i = 0; i < k; ++i) {
              const std::int64_t index = keys[static_cast<std::size_t>(i)].index();
              indices[row * k + i] = index;
              values[row * k + i] = line[index];
            }
          }
        });
      });
}

} // namespace mammo::cpu
