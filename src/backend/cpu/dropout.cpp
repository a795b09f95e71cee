#include "backend/cpu/plans.hpp"
#include "mammo/core/threads.hpp"

#include <cmath>

namespace mammo::cpu {
namespace {

// A word is below probability 2^32 where it is below the next integer.
double bound_of(double probability) {
  return std::ceil(probability * 0x1p32);
}

kernels::DropoutTerms terms_of(double probability, const std::int64_t* seed) {
  const auto low = [](std::int64_t bits) { return static_cast<std::uint32_t>(bits); };
  const auto high = [](std::int64_t bits) {
    return static_cast<std::uint32_t>(static_cast<std::uint64_t>(bits) >> 32);
  };
  return {.key = {low(seed[0]), high(seed[0])},
          .stream = {low(seed[1]), high(seed[1])},
          .bound = static_cast<std::uint32_t>(bound_of(probability)),
          .scale = static_cast<float>(1 / (1 - probability))};
}

} // namespace

PlanPointer plan(const Dropout& op, const Signature& signature, std::vector<TensorSpec> outputs) {
  if (signature.inputs[0].layout != Layout::row_major || bound_of(op.probability) >= 0x1p32) return nullptr;
  return make_plan(std::move(outputs), [op](std::span<const Tensor> inputs, std::span<Tensor> results) {
    const auto terms = terms_of(op.probability, inputs[1].raw<std::int64_t>());
    const float* x = inputs[0].raw<float>();
    float* y = results[0].mutable_raw<float>();
    const std::int64_t count = inputs[0].numel();
    // Threads take whole blocks of four words.
    parallel_for(0, (count + 3) / 4, elementwise_grain / 16, [&](std::int64_t begin, std::int64_t end) {
      const std::int64_t from = 4 * begin;
      vector_kernels().dropout(terms, begin, x + from, y + from, std::min(4 * end, count) - from);
    });
  });
}

} // namespace mammo::cpu
