#include "backend/onednn/primitive.hpp"

namespace mammo::onednn {
namespace {

// Row-major matrices [batch, rows, columns], or their transposes by swapped strides.
dnnl::memory::desc matrices(const TensorSpec& spec, bool transpose) {
  const std::int64_t rows = spec.shape[-2];
  const std::int64_t columns = spec.shape[-1];
  const std::int64_t count = numel(spec.shape) / (rows * columns);
  if (transpose) return describe(Shape{count, columns, rows}, Strides{rows * columns, 1, columns});
  return describe(Shape{count, rows, columns}, Layout::row_major);
}

} // namespace

// All leading dimensions count as one.
PlanPointer plan(const MatMul& op, const Signature& signature, std::vector<TensorSpec> outputs) {
  const TensorSpec& a = signature.inputs[0];
  const TensorSpec& b = signature.inputs[1];
  if (a.layout != Layout::row_major || b.layout != Layout::row_major) return nullptr;
  const auto a_desc = matrices(a, op.transpose_a);
  const auto b_desc = matrices(b, op.transpose_b);
  const auto y_desc = matrices(outputs[0], false);
  const Precision precision = signature.precision;
  const dnnl::matmul::primitive_desc primitive(engine(), in_precision(a_desc, precision),
                                               in_precision(b_desc, precision), y_desc, attributes(), true);
  if (!primitive || is_for_f32(primitive, precision)) return nullptr;

  auto plan = std::make_shared<PrimitivePlan>(primitive, signature, std::move(outputs));
  plan->bind_input(DNNL_ARG_SRC, 0, a_desc, primitive.src_desc());
  plan->bind_input(DNNL_ARG_WEIGHTS, 1, b_desc, primitive.weights_desc());
  plan->bind_output(DNNL_ARG_DST, 0, y_desc);
  return plan;
}

} // namespace mammo::onednn
