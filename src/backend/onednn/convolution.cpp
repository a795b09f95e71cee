#include "backend/onednn/primitive.hpp"

namespace mammo::onednn {
namespace {

using Desc = dnnl::memory::desc;
using Forward = dnnl::convolution_forward;

// The library's name for groups: a dimension of the weight of its own.
Shape grouped(const Shape& weight, std::int64_t groups) {
  if (groups == 1) return weight;
  return {groups, weight[0] / groups, weight[1], weight[2], weight[3]};
}

struct Descriptors {
  Desc x;
  Desc weight;
  Desc bias;
  Desc y;
};

Forward::primitive_desc describe_primitive(const Conv2d& op, const Descriptors& descriptors,
                                           bool with_residual) {
  dnnl::post_ops after;
  if (with_residual) after.append_binary(dnnl::algorithm::binary_add, descriptors.y);
  if (op.activation == Activation::relu) after.append_eltwise(dnnl::algorithm::eltwise_relu, 0.0F, 0.0F);
  dnnl::primitive_attr attr = attributes();
  attr.set_post_ops(after);
  const dnnl::memory::dims padding{op.padding.height, op.padding.width};
  return {engine(),
          dnnl::prop_kind::forward_inference,
          dnnl::algorithm::convolution_direct,
          descriptors.x,
          descriptors.weight,
          descriptors.bias,
          descriptors.y,
          {op.stride.height, op.stride.width},
          {op.dilation.height - 1, op.dilation.width - 1},
          padding,
          padding,
          attr,
          true};
}

Layout blocks_or_rows(const Shape& shape) {
  return shape[1] < block_size(widest_blocks()) ? Layout::row_major : widest_blocks();
}

} // namespace

// The library is asked which layouts it likes best. A tensor that comes in another one is taken as it is
// where vector code exists for that, and reordered on the way in otherwise: for all but the first convolution
// of a network it comes as the one before left it, and nothing is reordered.
PlanPointer plan(const Conv2d& op, const Signature& signature, std::vector<TensorSpec> outputs) {
  const TensorSpec& x = signature.inputs[0];
  const TensorSpec& weight = signature.inputs[1];
  const bool with_bias = signature.inputs.size() > 2 && signature.inputs[2].defined;
  const bool with_residual = signature.inputs.size() > 3 && signature.inputs[3].defined;
  TensorSpec& y = outputs[0];

  const Shape weight_shape = grouped(weight.shape, op.groups);
  Descriptors descriptors{describe_any(x.shape), describe_any(weight_shape),
                          with_bias ? describe(signature.inputs[2]) : Desc(), describe_any(y.shape)};
  auto primitive = describe_primitive(op, descriptors, false);
  if (!primitive) return nullptr;

  if (primitive.src_desc() != describe(x) && x.layout != Layout::row_major) {
    Descriptors as_given = descriptors;
    as_given.x = describe(x);
    const auto taken = describe_primitive(op, as_given, false);
    if (taken && !is_plain_loop(taken)) {
      descriptors = as_given;
      primitive = taken;
    }
  }
  std::optional<Layout> layout = layout_of(primitive.dst_desc(), y.shape);
  if (!layout || with_residual) {
    y.layout = layout.value_or(blocks_or_rows(y.shape));
    descriptors.y = describe(y);
    primitive = describe_primitive(op, descriptors, with_residual);
    if (!primitive) return nullptr;
  }
  y.layout = layout.value_or(y.layout);

  auto plan = std::make_shared<PrimitivePlan>(primitive, signature, outputs);
  plan->bind_input(DNNL_ARG_SRC, 0, describe(x), primitive.src_desc());
  plan->bind_weight(DNNL_ARG_WEIGHTS, 1, describe(weight_shape, Layout::row_major), primitive.weights_desc());
  if (with_bias) plan->bind_input(DNNL_ARG_BIAS, 2, describe(signature.inputs[2]));
  if (with_residual) {
    plan->bind_input(DNNL_ARG_ATTR_MULTIPLE_POST_OP(0) | DNNL_ARG_SRC_1, 3, describe(signature.inputs[3]),
                     primitive.dst_desc());
  }
  plan->bind_output(DNNL_ARG_DST, 0, primitive.dst_desc());
  return plan;
}

} // namespace mammo::onednn
