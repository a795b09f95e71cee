#include "backend/onednn/primitive.hpp"

namespace mammo::onednn {

PlanPointer plan(const Concat& op, const Signature& signature, std::vector<TensorSpec> outputs) {
  if (outputs[0].shape.rank() == 0) return nullptr;
  outputs[0].layout = signature.inputs[0].layout;
  const auto y = describe(outputs[0]);
  std::vector<dnnl::memory::desc> parts;
  for (const TensorSpec& input : signature.inputs) parts.push_back(describe(input));
  const dnnl::concat::primitive_desc primitive(engine(), y, op.dim, parts, attributes());

  auto plan = std::make_shared<PrimitivePlan>(primitive, signature, std::move(outputs));
  for (std::size_t i = 0; i < parts.size(); ++i) {
    plan->bind_input(DNNL_ARG_MULTIPLE_SRC + static_cast<int>(i), i, parts[i]);
  }
  plan->bind_output(DNNL_ARG_DST, 0, y);
  return plan;
}

// The library's nearest neighbour is round((i + 1/2) H / OH - 1/2), which is floor(i H / OH) for enlargements
// by whole numbers only; its bilinear mapping joins pixel centres.
PlanPointer plan(const Interpolate2d& op, const Signature& signature, std::vector<TensorSpec> outputs) {
  using Forward = dnnl::resampling_forward;
  const TensorSpec& x = signature.inputs[0];
  const bool whole = op.output.height % x.shape[2] == 0 && op.output.width % x.shape[3] == 0;
  if (op.mode == Interpolation::nearest ? !whole : op.align_corners) return nullptr;
  outputs[0].layout = x.layout;
  const auto x_desc = describe(x);
  const auto y_desc = describe(outputs[0]);
  const auto algorithm = op.mode == Interpolation::nearest ? dnnl::algorithm::resampling_nearest
                                                           : dnnl::algorithm::resampling_linear;
  const Forward::primitive_desc primitive(engine(), dnnl::prop_kind::forward_inference, algorithm, x_desc,
                                          y_desc, attributes(), true);
  if (!primitive) return nullptr;

  auto plan = std::make_shared<PrimitivePlan>(primitive, signature, std::move(outputs));
  plan->bind_input(DNNL_ARG_SRC, 0, x_desc);
  plan->bind_output(DNNL_ARG_DST, 0, y_desc);
  return plan;
}

} // namespace mammo::onednn
