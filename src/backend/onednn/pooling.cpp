#include "backend/onednn/primitive.hpp"

namespace mammo::onednn {

PlanPointer plan(const Pool2d& op, const Signature& signature, std::vector<TensorSpec> outputs) {
  using Forward = dnnl::pooling_forward;
  outputs[0].layout = signature.inputs[0].layout;
  const auto x = describe(signature.inputs[0]);
  const auto y = describe(outputs[0]);
  auto algorithm = dnnl::algorithm::pooling_max;
  if (op.kind == PoolKind::average) {
    algorithm = op.count_padding ? dnnl::algorithm::pooling_avg_include_padding
                                 : dnnl::algorithm::pooling_avg_exclude_padding;
  }
  const dnnl::memory::dims padding{op.padding.height, op.padding.width};
  const Forward::primitive_desc primitive(
      engine(), dnnl::prop_kind::forward_inference, algorithm, x, y, {op.stride.height, op.stride.width},
      {op.kernel.height, op.kernel.width}, {op.dilation.height - 1, op.dilation.width - 1}, padding, padding,
      attributes(), true);
  if (!primitive) return nullptr;

  auto plan = std::make_shared<PrimitivePlan>(primitive, signature, std::move(outputs));
  plan->bind_input(DNNL_ARG_SRC, 0, x);
  plan->bind_output(DNNL_ARG_DST, 0, y);
  return plan;
}

} // namespace mammo::onednn
