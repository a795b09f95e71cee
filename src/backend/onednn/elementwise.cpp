#include "backend/onednn/primitive.hpp"

#include <utility>

namespace mammo::onednn {
namespace {

using Algorithm = dnnl::algorithm;

// A function of one element does not care for the shape, only for the padding of blocks.
dnnl::memory::desc flat_where_dense(const TensorSpec& spec) {
  if (spec.layout != Layout::row_major) return describe(spec);
  return describe({numel(spec.shape)}, Layout::row_major);
}

struct Function {
  Algorithm algorithm;
  float alpha = 0;
};

Function function_of(UnaryKind kind) {
  switch (kind) {
  case UnaryKind::sigmoid: return {Algorithm::eltwise_logistic};
  case UnaryKind::log: return {Algorithm::eltwise_log};
  case UnaryKind::sqrt: return {Algorithm::eltwise_sqrt};
  case UnaryKind::neg: return {Algorithm::eltwise_linear, -1.0F};
  case UnaryKind::abs: return {Algorithm::eltwise_abs};
  case UnaryKind::tanh: return {Algorithm::eltwise_tanh};
  case UnaryKind::gelu: return {Algorithm::eltwise_gelu_erf};
  case UnaryKind::silu: return {Algorithm::eltwise_swish, 1.0F};
  // The library's make numbers of NaN.
  case UnaryKind::exp:
  case UnaryKind::relu: break;
  }
  return {Algorithm::undef};
}

Algorithm algorithm_of(BinaryKind kind) {
  switch (kind) {
  case BinaryKind::add: return Algorithm::binary_add;
  case BinaryKind::subtract: return Algorithm::binary_sub;
  case BinaryKind::multiply: return Algorithm::binary_mul;
  case BinaryKind::divide: return Algorithm::binary_div;
  // The library's lose a NaN in one of the operands.
  case BinaryKind::maximum:
  case BinaryKind::minimum: break;
  }
  return Algorithm::undef;
}

bool is_commutative(BinaryKind kind) {
  return kind == BinaryKind::add || kind == BinaryKind::multiply;
}

// The library wants operands of one rank.
dnnl::memory::desc describe_as_rank(const TensorSpec& spec, int rank) {
  if (spec.layout != Layout::row_major) return describe(spec);
  Shape shape = Dims::filled(rank, 1);
  for (int d = 1; d <= spec.shape.rank(); ++d) shape[-d] = spec.shape[-d];
  return describe(shape, Layout::row_major);
}

} // namespace

PlanPointer plan(const Unary& op, const Signature& signature, std::vector<TensorSpec> outputs) {
  using Forward = dnnl::eltwise_forward;
  outputs[0].layout = signature.inputs[0].layout;
  const auto x = flat_where_dense(signature.inputs[0]);
  const Function function = function_of(op.kind);
  if (function.algorithm == Algorithm::undef) return nullptr;
  const Forward::primitive_desc primitive(engine(), dnnl::prop_kind::forward_inference, function.algorithm, x,
                                          x, function.alpha, 0.0F, attributes(), true);
  if (!primitive) return nullptr;

  auto plan = std::make_shared<PrimitivePlan>(primitive, signature, std::move(outputs));
  plan->bind_input(DNNL_ARG_SRC, 0, x);
  plan->bind_output(DNNL_ARG_DST, 0, x);
  return plan;
}

// The first operand must have the shape of the result. The library's ReLU makes 0 of NaN.
PlanPointer plan(const Binary& op, const Signature& signature, std::vector<TensorSpec> outputs) {
  const Algorithm algorithm = algorithm_of(op.kind);
  if (algorithm == Algorithm::undef || op.activation != Activation::none) return nullptr;
  std::size_t first = 0;
  std::size_t second = 1;
  if (signature.inputs[0].shape != outputs[0].shape && is_commutative(op.kind)) std::swap(first, second);
  const TensorSpec& a = signature.inputs[first];
  const TensorSpec& b = signature.inputs[second];
  if (a.shape != outputs[0].shape) return nullptr;
  outputs[0].layout = a.layout;

  const int rank = a.shape.rank();
  const auto a_desc = describe(a);
  const auto b_desc = describe_as_rank(b, rank);
  const dnnl::binary::primitive_desc primitive(engine(), algorithm, a_desc, b_desc, a_desc, attributes(),
                                               true);
  if (!primitive) return nullptr;

  auto plan = std::make_shared<PrimitivePlan>(primitive, signature, std::move(outputs));
  plan->bind_input(DNNL_ARG_SRC_0, first, a_desc);
  plan->bind_input(DNNL_ARG_SRC_1, second, b_desc);
  plan->bind_output(DNNL_ARG_DST, 0, a_desc);
  return plan;
}

} // namespace mammo::onednn
