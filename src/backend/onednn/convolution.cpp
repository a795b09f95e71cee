#include "backend/onednn/convolution.hpp"

namespace mammo::onednn {
namespace {

using Desc = dnnl::memory::desc;
using Forward = dnnl::convolution_forward;

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
  const Windows windows(op);
  return {engine(),
          dnnl::prop_kind::forward_inference,
          dnnl::algorithm::convolution_direct,
          descriptors.x,
          descriptors.weight,
          descriptors.bias,
          descriptors.y,
          windows.stride,
          windows.dilation,
          windows.padding,
          windows.padding,
          attr,
          true};
}

// Of too few channels to fill a block.
bool is_thin(const Shape& picture) {
  return picture[1] < block_size(Layout::nChw8c);
}

} // namespace

Shape grouped(const Shape& weight, std::int64_t groups) {
  if (groups == 1) return weight;
  return {groups, weight[0] / groups, weight[1], weight[2], weight[3]};
}

std::vector<Pictures> choices_of(const TensorSpec& x, const Shape& y) {
  const Layout layout = x.layout == Layout::row_major ? best_layout() : x.layout;
  std::vector<Pictures> choices;
  if (!is_thin(y)) {
    choices.push_back({as_given(x), describe(y, layout)});
    // The first convolution of a network on grey pictures: no vector code reads rows and writes channels
    // last, but with its few channels turned to the end the picture is hardly another.
    if (x.layout == Layout::row_major && layout == Layout::channels_last && is_thin(x.shape)) {
      choices.push_back({describe(x.shape, layout), describe(y, layout)});
    }
  }
  choices.push_back({as_given(x), describe_any(y)});
  choices.push_back({describe_any(x.shape), describe_any(y)});
  return choices;
}

Desc as_given(const TensorSpec& spec) {
  return spec.layout == Layout::row_major && !is_thin(spec.shape) ? describe_any(spec.shape) : describe(spec);
}

Layout blocks_or_rows(const Shape& shape) {
  return shape[1] < block_size(best_layout()) ? Layout::row_major : best_layout();
}

PlanPointer plan(const Conv2d& op, const Signature& signature, std::vector<TensorSpec> outputs) {
  const TensorSpec& x = signature.inputs[0];
  const TensorSpec& weight = signature.inputs[1];
  const bool with_bias = signature.inputs.size() > 2 && signature.inputs[2].defined;
  const bool with_residual = signature.inputs.size() > 3 && signature.inputs[3].defined;
  TensorSpec& y = outputs[0];

  const Shape weight_shape = grouped(weight.shape, op.groups);
  const Desc bias = with_bias ? describe(signature.inputs[2]) : Desc();
  Descriptors descriptors;
  auto primitive = first_fast(choices_of(x, y.shape), [&](const Pictures& pictures) {
    descriptors = {in_precision(pictures.x, signature.precision),
                   in_precision(describe_any(weight_shape), signature.precision), bias, pictures.y};
    return describe_primitive(op, descriptors, false);
  });
  if (!primitive || is_for_f32(primitive, signature.precision)) return nullptr;

  std::optional<Layout> layout = layout_of(primitive.dst_desc(), y.shape);
  if (!layout || with_residual) {
    y.layout = layout.value_or(blocks_or_rows(y.shape));
    descriptors.y = describe(y);
    primitive = describe_primitive(op, descriptors, with_residual);
    if (!primitive) return nullptr;
  }
  y.layout = layout.value_or(y.layout);

  auto plan = std::make_shared<PrimitivePlan>(primitive, signature, outputs);
  // The rows of a single channel are channels last as they are.
  const bool is_either = x.layout == Layout::row_major && x.shape[1] == 1 &&
                         primitive.src_desc() == describe(x.shape, Layout::channels_last);
  plan->bind_input(DNNL_ARG_SRC, 0, is_either ? primitive.src_desc() : describe(x), primitive.src_desc());
  plan->bind_weight(DNNL_ARG_WEIGHTS, 1, describe(weight_shape, Layout::row_major), primitive.weights_desc(),
                    op.keep_packed);
  if (with_bias) plan->bind_input(DNNL_ARG_BIAS, 2, describe(signature.inputs[2]));
  if (with_residual) {
    plan->bind_input(DNNL_ARG_ATTR_MULTIPLE_POST_OP(0) | DNNL_ARG_SRC_1, 3, describe(signature.inputs[3]),
                     primitive.dst_desc());
  }
  plan->bind_output(DNNL_ARG_DST, 0, primitive.dst_desc());
  return plan;
}

} // namespace mammo::onednn
