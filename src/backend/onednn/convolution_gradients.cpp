#include "backend/onednn/convolution.hpp"

namespace mammo::onednn {
namespace {

using Desc = dnnl::memory::desc;

// A weight [O, C / groups, KH, KW] in the order of the library's deconvolutions: what comes out first.
Desc transposed(const Shape& weight, std::int64_t groups) {
  const Strides s = row_major_strides(weight);
  if (groups == 1)
    return describe(Shape{weight[1], weight[0], weight[2], weight[3]}, Strides{s[1], s[0], s[2], s[3]});
  const std::int64_t features = weight[0] / groups;
  return describe(Shape{groups, weight[1], features, weight[2], weight[3]},
                  Strides{features * s[0], s[1], s[0], s[2], s[3]});
}

Desc any_of(const Desc& desc) {
  return {desc.get_dims(), desc.get_data_type(), dnnl::memory::format_tag::any};
}

} // namespace

// The library's deconvolution, which is its backward convolution by data and knows a bias.
PlanPointer plan(const ConvTranspose2d& op, const Signature& signature, std::vector<TensorSpec> outputs) {
  using Deconvolution = dnnl::deconvolution_forward;
  const TensorSpec& x = signature.inputs[0];
  const Desc weight = transposed(signature.inputs[1].shape, op.groups);
  const bool with_bias = signature.inputs.size() > 2 && signature.inputs[2].defined;
  TensorSpec& y = outputs[0];
  const Windows windows(op);
  const auto make = [&](const Desc& x_desc, const Desc& y_desc) {
    return Deconvolution::primitive_desc(
        engine(), dnnl::prop_kind::forward_inference, dnnl::algorithm::deconvolution_direct, x_desc,
        any_of(weight), with_bias ? describe(signature.inputs[2]) : Desc(), y_desc, windows.stride,
        windows.dilation, windows.padding, windows.padding, attributes(), true);
  };
  auto primitive = first_fast(std::vector{as_given(x), describe_any(x.shape)},
                              [&](const Desc& x_desc) { return make(x_desc, describe_any(y.shape)); });
  if (!primitive) return nullptr;
  const std::optional<Layout> layout = layout_of(primitive.dst_desc(), y.shape);
  y.layout = layout.value_or(blocks_or_rows(y.shape));
  if (!layout) primitive = make(primitive.src_desc(), describe(y));
  if (!primitive) return nullptr;

  auto plan = std::make_shared<PrimitivePlan>(primitive, signature, outputs);
  plan->bind_input(DNNL_ARG_SRC, 0, describe(x), primitive.src_desc());
  plan->bind_weight(DNNL_ARG_WEIGHTS, 1, weight, primitive.weights_desc(), op.keep_packed);
  if (with_bias) plan->bind_input(DNNL_ARG_BIAS, 2, describe(signature.inputs[2]));
  plan->bind_output(DNNL_ARG_DST, 0, primitive.dst_desc());
  return plan;
}

// The library has its own order for the gradient of a weight too; parameters and their gradients are
// row_major.
PlanPointer plan(const ConvWeightGradient& op, const Signature& signature, std::vector<TensorSpec> outputs) {
  using Backward = dnnl::convolution_backward_weights;
  using Forward = dnnl::convolution_forward;
  struct Choice {
    Desc x;
    Desc g;
  };
  const TensorSpec& x = signature.inputs[0];
  const TensorSpec& g = signature.inputs[1];
  const Shape weight = grouped(outputs[0].shape, op.groups);
  const Desc bias = op.bias ? describe(outputs[1]) : Desc();
  const Windows windows(op);
  const auto algorithm = dnnl::algorithm::convolution_direct;
  const auto make = [&](const Choice& choice) {
    const Forward::primitive_desc forward(
        engine(), dnnl::prop_kind::forward_training, algorithm, choice.x, describe_any(weight), bias,
        choice.g, windows.stride, windows.dilation, windows.padding, windows.padding, attributes(), true);
    if (!forward) return Backward::primitive_desc();
    return Backward::primitive_desc(engine(), algorithm, choice.x, describe_any(weight), bias, choice.g,
                                    windows.stride, windows.dilation, windows.padding, windows.padding,
                                    forward, attributes(), true);
  };
  const Desc any_x = describe_any(x.shape);
  const Desc any_g = describe_any(g.shape);
  const auto primitive = first_fast(
      std::vector<Choice>{
          {as_given(x), as_given(g)}, {as_given(x), any_g}, {any_x, as_given(g)}, {any_x, any_g}},
      make);
  if (!primitive) return nullptr;

  auto plan = std::make_shared<PrimitivePlan>(primitive, signature, outputs);
  plan->bind_input(DNNL_ARG_SRC, 0, describe(x), primitive.src_desc());
  plan->bind_input(DNNL_ARG_DIFF_DST, 1, describe(g), primitive.diff_dst_desc());
  plan->bind_output(DNNL_ARG_DIFF_WEIGHTS, 0, primitive.diff_weights_desc(),
                    describe(weight, Layout::row_major));
  if (op.bias) plan->bind_output(DNNL_ARG_DIFF_BIAS, 1, bias);
  return plan;
}

} // namespace mammo::onednn
