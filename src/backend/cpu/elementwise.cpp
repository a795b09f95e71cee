#include "backend/cpu/plans.hpp"
#include "mammo/core/threads.hpp"

#include <array>
#include <optional>

namespace mammo::cpu {
namespace {

using kernels::Combination;
using kernels::Function;

std::optional<Function> function_of(UnaryKind kind) {
  switch (kind) {
  case UnaryKind::relu: return Function::relu;
  case UnaryKind::sigmoid: return Function::sigmoid;
  case UnaryKind::exp: return Function::exp;
  case UnaryKind::sqrt: return Function::sqrt;
  case UnaryKind::neg: return Function::neg;
  case UnaryKind::abs: return Function::abs;
  case UnaryKind::log:
  case UnaryKind::tanh:
  case UnaryKind::gelu:
  case UnaryKind::silu: break;
  }
  return std::nullopt;
}

Combination combination_of(BinaryKind kind) {
  switch (kind) {
  case BinaryKind::subtract: return Combination::subtract;
  case BinaryKind::multiply: return Combination::multiply;
  case BinaryKind::divide: return Combination::divide;
  case BinaryKind::maximum: return Combination::maximum;
  case BinaryKind::minimum: return Combination::minimum;
  case BinaryKind::add: break;
  }
  return Combination::add;
}

// Loops over the result of two broadcast operands: neighbouring dimensions through which both operands run
// alike are one loop, the last loop is along memory. A stride of 0 repeats.
struct BroadcastLoops {
  struct Loop {
    std::int64_t size;
    std::int64_t a;
    std::int64_t b;
  };
  std::vector<Loop> loops;

  BroadcastLoops(const Shape& a, const Shape& b, const Shape& y) {
    const Strides strides_a = row_major_strides(a);
    const Strides strides_b = row_major_strides(b);
    const auto stride_of = [&](const Shape& shape, const Strides& strides, int d) -> std::int64_t {
      const int own = d - y.rank() + shape.rank();
      return own < 0 || shape[own] == 1 ? 0 : strides[own];
    };
    for (int d = 0; d < y.rank(); ++d) {
      if (y[d] == 1) continue;
      const Loop inner{y[d], stride_of(a, strides_a, d), stride_of(b, strides_b, d)};
      if (!loops.empty() && loops.back().a == inner.a * inner.size &&
          loops.back().b == inner.b * inner.size) {
        loops.back() = {loops.back().size * inner.size, inner.a, inner.b};
      } else {
        loops.push_back(inner);
      }
    }
    if (loops.empty()) loops.push_back({1, 1, 1});
  }

  std::int64_t rows() const {
    std::int64_t count = 1;
    for (std::size_t i = 0; i + 1 < loops.size(); ++i) count *= loops[i].size;
    return count;
  }

  /// Offsets of a and b at the start of a row of the last loop.
  std::array<std::int64_t, 2> offsets(std::int64_t row) const {
    std::array<std::int64_t, 2> at{0, 0};
    for (std::size_t i = loops.size() - 1; i-- > 0;) {
      const std::int64_t index = row % loops[i].size;
      row /= loops[i].size;
      at[0] += index * loops[i].a;
      at[1] += index * loops[i].b;
    }
    return at;
  }
};

// Both operands in storage order, or one element for all.
PlanPointer plan_flat(const Binary& op, std::int64_t a_step, std::int64_t b_step,
                      std::vector<TensorSpec> outputs) {
  const std::int64_t count = storage_numel(outputs[0].shape, outputs[0].layout);
  return make_plan(std::move(outputs),
                   [=, f = combination_of(op.kind), relu = op.activation == Activation::relu](
                       std::span<const Tensor> inputs, std::span<Tensor> results) {
                     const float* a = inputs[0].raw<float>();
                     const float* b = inputs[1].raw<float>();
                     float* y = results[0].mutable_raw<float>();
                     parallel_for(0, count, elementwise_grain, [&](std::int64_t begin, std::int64_t end) {
                       vector_kernels().combine(f, relu, a + begin * a_step, a_step, b + begin * b_step,
                                                b_step, y + begin, end - begin);
                     });
                     clear_padding(y, results[0].shape(), results[0].layout());
                   });
}

PlanPointer plan_broadcast(const Binary& op, const BroadcastLoops& loops, std::vector<TensorSpec> outputs) {
  return make_plan(
      std::move(outputs), [=, f = combination_of(op.kind), relu = op.activation == Activation::relu](
                              std::span<const Tensor> inputs, std::span<Tensor> results) {
        const float* a = inputs[0].raw<float>();
        const float* b = inputs[1].raw<float>();
        float* y = results[0].mutable_raw<float>();
        const auto [length, a_step, b_step] = loops.loops.back();
        const std::int64_t grain = elementwise_grain / length + 1;
        parallel_for(0, loops.rows(), grain,
                     [&, n = length, sa = a_step, sb = b_step](std::int64_t begin, std::int64_t end) {
                       for (std::int64_t row = begin; row < end; ++row) {
                         const auto [a_at, b_at] = loops.offsets(row);
                         vector_kernels().combine(f, relu, a + a_at, sa, b + b_at, sb, y + row * n, n);
                       }
                     });
      });
}

} // namespace

PlanPointer plan(const Unary& op, const Signature& signature, std::vector<TensorSpec> outputs) {
  const std::optional<Function> function = function_of(op.kind);
  if (!function) return nullptr;
  const TensorSpec& x = signature.inputs[0];
  outputs[0].layout = x.layout;
  const std::int64_t count = storage_numel(x.shape, x.layout);
  return make_plan(std::move(outputs),
                   [f = *function, count](std::span<const Tensor> inputs, std::span<Tensor> results) {
                     const float* in = inputs[0].raw<float>();
                     float* out = results[0].mutable_raw<float>();
                     parallel_for(0, count, elementwise_grain, [&](std::int64_t begin, std::int64_t end) {
                       vector_kernels().apply(f, in + begin, out + begin, end - begin);
                     });
                     clear_padding(out, results[0].shape(), results[0].layout());
                   });
}

PlanPointer plan(const Binary& op, const Signature& signature, std::vector<TensorSpec> outputs) {
  const TensorSpec& a = signature.inputs[0];
  const TensorSpec& b = signature.inputs[1];
  const auto is_scalar = [](const TensorSpec& spec) {
    return spec.layout == Layout::row_major && numel(spec.shape) == 1;
  };
  const Shape& shape = outputs[0].shape;
  outputs[0].layout = is_scalar(a) ? b.layout : a.layout;
  if (a.shape == shape && b.shape == shape && a.layout == b.layout) {
    return plan_flat(op, 1, 1, std::move(outputs));
  }
  if (a.shape == shape && is_scalar(b)) return plan_flat(op, 1, 0, std::move(outputs));
  if (b.shape == shape && is_scalar(a)) return plan_flat(op, 0, 1, std::move(outputs));
  if (a.layout != Layout::row_major || b.layout != Layout::row_major) return nullptr;
  return plan_broadcast(op, BroadcastLoops(a.shape, b.shape, shape), std::move(outputs));
}

} // namespace mammo::cpu
