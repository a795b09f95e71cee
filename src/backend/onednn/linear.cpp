#include "backend/onednn/primitive.hpp"

namespace mammo::onednn {

// All dimensions of x but the last count as rows of one matrix.
PlanPointer plan(const Linear& op, const Signature& signature, std::vector<TensorSpec> outputs) {
  using Forward = dnnl::inner_product_forward;
  const TensorSpec& x = signature.inputs[0];
  const TensorSpec& weight = signature.inputs[1];
  const bool with_bias = signature.inputs.size() > 2 && signature.inputs[2].defined;
  if (x.layout != Layout::row_major) return nullptr;

  const std::int64_t inner = weight.shape[1];
  const std::int64_t rows = numel(x.shape) / inner;
  const auto x_desc = describe({rows, inner}, Layout::row_major);
  const auto y_desc = describe({rows, weight.shape[0]}, Layout::row_major);
  const auto bias_desc = with_bias ? describe(signature.inputs[2]) : dnnl::memory::desc();

  dnnl::primitive_attr attr = attributes();
  if (op.activation == Activation::relu) {
    dnnl::post_ops after;
    after.append_eltwise(dnnl::algorithm::eltwise_relu, 0.0F, 0.0F);
    attr.set_post_ops(after);
  }
  const Forward::primitive_desc primitive(
      engine(), dnnl::prop_kind::forward_inference, in_precision(x_desc, signature.precision),
      in_precision(describe_any(weight.shape), signature.precision), bias_desc, y_desc, attr, true);
  if (!primitive || is_for_f32(primitive, signature.precision)) return nullptr;

  auto plan = std::make_shared<PrimitivePlan>(primitive, signature, std::move(outputs));
  plan->bind_input(DNNL_ARG_SRC, 0, x_desc, primitive.src_desc());
  plan->bind_weight(DNNL_ARG_WEIGHTS, 1, describe(weight), primitive.weights_desc(), op.keep_packed);
  if (with_bias) plan->bind_input(DNNL_ARG_BIAS, 2, bias_desc);
  plan->bind_output(DNNL_ARG_DST, 0, y_desc);
  return plan;
}

} // namespace mammo::onednn
