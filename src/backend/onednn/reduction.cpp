#include "backend/onednn/primitive.hpp"

namespace mammo::onednn {

// Sums and means only: the library's maximum and minimum lose a NaN.
PlanPointer plan(const Reduce& op, const Signature& signature, std::vector<TensorSpec> outputs) {
  const TensorSpec& x = signature.inputs[0];
  if (op.kind != ReduceKind::sum && op.kind != ReduceKind::mean) return nullptr;
  if (x.shape.rank() == 0 || op.dims.rank() == 0) return nullptr;
  Shape kept = x.shape;
  for (const auto d : op.dims) kept[static_cast<int>(d)] = 1;
  const auto x_desc = describe(x);
  const auto y_desc = describe(kept, Layout::row_major);
  const auto algorithm =
      op.kind == ReduceKind::sum ? dnnl::algorithm::reduction_sum : dnnl::algorithm::reduction_mean;
  const dnnl::reduction::primitive_desc primitive(engine(), algorithm, x_desc, y_desc, 0.0F, 0.0F,
                                                  attributes(), true);
  if (!primitive) return nullptr;

  auto plan = std::make_shared<PrimitivePlan>(primitive, signature, std::move(outputs));
  plan->bind_input(DNNL_ARG_SRC, 0, x_desc);
  plan->bind_output(DNNL_ARG_DST, 0, y_desc);
  return plan;
}

} // namespace mammo::onednn
