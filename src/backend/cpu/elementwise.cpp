#include "backend/cpu/broadcast.hpp"

namespace mammo::cpu {
namespace {

using kernels::Combination;
using kernels::Function;

Function function_of(UnaryKind kind) {
  switch (kind) {
  case UnaryKind::sigmoid: return Function::sigmoid;
  case UnaryKind::exp: return Function::exp;
  case UnaryKind::log: return Function::log;
  case UnaryKind::sqrt: return Function::sqrt;
  case UnaryKind::neg: return Function::neg;
  case UnaryKind::abs: return Function::abs;
  case UnaryKind::tanh: return Function::tanh;
  case UnaryKind::gelu: return Function::gelu;
  case UnaryKind::silu: return Function::silu;
  case UnaryKind::relu: break;
  }
  return Function::relu;
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

} // namespace

PlanPointer plan(const Unary& op, const Signature& signature, std::vector<TensorSpec> outputs) {
  const TensorSpec& x = signature.inputs[0];
  outputs[0].layout = x.layout;
  const std::int64_t count = storage_numel(x.shape, x.layout);
  return make_plan(std::move(outputs), [f = function_of(op.kind), count](std::span<const Tensor> inputs,
                                                                         std::span<Tensor> results) {
    const float* in = inputs[0].raw<float>();
    float* out = results[0].mutable_raw<float>();
    parallel_for(0, count, elementwise_grain, [&](std::int64_t begin, std::int64_t end) {
      vector_kernels().apply(f, in + begin, out + begin, end - begin);
    });
    clear_padding(out, results[0].shape(), results[0].layout());
  });
}

PlanPointer plan(const UnaryGradient& op, const Signature& signature, std::vector<TensorSpec> outputs) {
  const TensorSpec& v = signature.inputs[0];
  if (signature.inputs[1].layout != v.layout) return nullptr;
  outputs[0].layout = v.layout;
  const std::int64_t count = storage_numel(v.shape, v.layout);
  return make_plan(std::move(outputs), [f = function_of(op.kind), count](std::span<const Tensor> inputs,
                                                                         std::span<Tensor> results) {
    const float* in = inputs[0].raw<float>();
    const float* g = inputs[1].raw<float>();
    float* out = results[0].mutable_raw<float>();
    parallel_for(0, count, elementwise_grain, [&](std::int64_t begin, std::int64_t end) {
      vector_kernels().apply_gradient(f, in + begin, g + begin, out + begin, end - begin);
    });
    clear_padding(out, results[0].shape(), results[0].layout());
  });
}

PlanPointer plan(const Binary& op, const Signature& signature, std::vector<TensorSpec> outputs) {
  const auto broadcast = Broadcast::of(signature.inputs[0], signature.inputs[1], outputs[0].shape);
  if (!broadcast) return nullptr;
  outputs[0].layout = broadcast->layout();
  return make_plan(std::move(outputs), [broadcast = *broadcast, f = combination_of(op.kind),
                                        relu = op.activation == Activation::relu](
                                           std::span<const Tensor> inputs, std::span<Tensor> results) {
    float* y = results[0].mutable_raw<float>();
    broadcast.run(
        inputs[0].raw<float>(), inputs[1].raw<float>(),
        [&](const float* a, std::int64_t a_step, const float* b, std::int64_t b_step, std::int64_t at,
            std::int64_t n) { vector_kernels().combine(f, relu, a, a_step, b, b_step, y + at, n); });
    clear_padding(y, results[0].shape(), results[0].layout());
  });
}

PlanPointer plan(const ExtremeGradient& op, const Signature& signature, std::vector<TensorSpec> outputs) {
  const auto broadcast = Broadcast::of(signature.inputs[0], signature.inputs[1], outputs[0].shape);
  if (!broadcast || broadcast->layout() != signature.inputs[2].layout) return nullptr;
  outputs[0].layout = broadcast->layout();
  return make_plan(std::move(outputs), [broadcast = *broadcast, of_maximum = op.kind == BinaryKind::maximum](
                                           std::span<const Tensor> inputs, std::span<Tensor> results) {
    const float* g = inputs[2].raw<float>();
    float* y = results[0].mutable_raw<float>();
    broadcast.run(inputs[0].raw<float>(), inputs[1].raw<float>(),
                  [&](const float* a, std::int64_t a_step, const float* b, std::int64_t b_step,
                      std::int64_t at, std::int64_t n) {
                    vector_kernels().extreme_gradient(of_maximum, a, a_step, b, b_step, g + at, y + at, n);
                  });
    clear_padding(y, results[0].shape(), results[0].layout());
  });
}

} // namespace mammo::cpu
