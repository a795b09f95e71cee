#include "backend/onednn/primitive.hpp"

namespace mammo::onednn {

PlanPointer plan(const BatchNorm& op, const Signature& signature, std::vector<TensorSpec> outputs) {
  using Forward = dnnl::batch_normalization_forward;
  using Flags = dnnl::normalization_flags;
  outputs[0].layout = signature.inputs[0].layout;
  const auto x = describe(signature.inputs[0]);
  Flags flags = Flags::use_global_stats | Flags::use_scale | Flags::use_shift;
  if (op.activation == Activation::relu) flags = flags | Flags::fuse_norm_relu;
  const Forward::primitive_desc primitive(engine(), dnnl::prop_kind::forward_inference, x, x,
                                          static_cast<float>(op.eps), flags, attributes(), true);
  if (!primitive) return nullptr;

  auto plan = std::make_shared<PrimitivePlan>(primitive, signature, std::move(outputs));
  plan->bind_input(DNNL_ARG_SRC, 0, x);
  const int statistics[] = {DNNL_ARG_MEAN, DNNL_ARG_VARIANCE, DNNL_ARG_SCALE, DNNL_ARG_SHIFT};
  std::size_t index = 1;
  for (const int argument : statistics) {
    plan->bind_input(argument, index, describe(signature.inputs[index]));
    ++index;
  }
  plan->bind_output(DNNL_ARG_DST, 0, x);
  return plan;
}

} // namespace mammo::onednn
