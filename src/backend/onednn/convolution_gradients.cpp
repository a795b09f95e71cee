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

// Whether a picture [N, C, H, W] is a row-major matrix [N H W, C], and the weight's gradient g^T x. The
// library does that faster as a product than as a convolution, and row_major.
bool is_product(const ConvWeightGradient& op, const TensorSpec& x, const TensorSpec& g) {
  const bool is_pointwise =
      op.kernel == Size2d(1) && op.stride == Size2d(1) && op.padding == Size2d(0) && op.groups == 1;
  return is_pointwise && !op.bias && x.layout == Layout::channels_last && g.layout == Layout::channels_last;
}

PlanPointer plan_product(const Signature& signature, std::vector<TensorSpec> outputs) {
  const std::int64_t features = outputs[0].shape[0];
  const std::int64_t channels = outputs[0].shape[1];
  const std::int64_t pixels = numel(signature.inputs[0].shape) / channels;
  const Desc x = describe(Shape{pixels, channels}, Layout::row_major);
  const Desc g = describe(Shape{features, pixels}, Strides{1, features});
  const Desc gradient = describe(Shape{features, channels}, Layout::row_major);
  const Precision precision = signature.precision;
  const dnnl::matmul::primitive_desc primitive(engine(), in_precision(g, precision),
                                               in_precision(x, precision), gradient, attributes(), true);
  if (!primitive || is_for_f32(primitive, precision)) return nullptr;
  auto plan = std::make_shared<PrimitivePlan>(primitive, signature, std::move(outputs));
  plan->bind_input(DNNL_ARG_WEIGHTS, 0, x, primitive.weights_desc());
  plan->bind_input(DNNL_ARG_SRC, 1, g, primitive.src_desc());
  plan->bind_output(DNNL_ARG_DST, 0, gradient);
  return plan;
}

// A factor of the same shape, its order left to the library.
Desc any_of(const Desc& desc, Precision precision) {
  return in_precision({desc.get_dims(), desc.get_data_type(), dnnl::memory::format_tag::any}, precision);
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
  const Desc bias = with_bias ? describe(signature.inputs[2]) : Desc();
  const auto make = [&](const Pictures& pictures) {
    return Deconvolution::primitive_desc(
        engine(), dnnl::prop_kind::forward_inference, dnnl::algorithm::deconvolution_direct,
        in_precision(pictures.x, signature.precision), any_of(weight, signature.precision), bias, pictures.y,
        windows.stride, windows.dilation, windows.padding, windows.padding, attributes(), true);
  };
  auto primitive = first_fast(choices_of(x, y.shape), make);
  if (!primitive || is_for_f32(primitive, signature.precision)) return nullptr;
  const std::optional<Layout> layout = layout_of(primitive.dst_desc(), y.shape);
  y.layout = layout.value_or(blocks_or_rows(y.shape));
  if (!layout) primitive = make({primitive.src_desc(), describe(y)});
  if (!primitive) return nullptr;

  auto plan = std::make_shared<PrimitivePlan>(primitive, signature, outputs);
  plan->bind_input(DNNL_ARG_SRC, 0, describe(x), primitive.src_desc());
  plan->bind_weight(DNNL_ARG_WEIGHTS, 1, weight, primitive.weights_desc(), op.keep_packed);
  if (with_bias) plan->bind_input(DNNL_ARG_BIAS, 2, bias);
  plan->bind_output(DNNL_ARG_DST, 0, primitive.dst_desc());
  return plan;
}

// The library has its own order for the gradient of a weight too; parameters and their gradients are
// row_major.
PlanPointer plan(const ConvWeightGradient& op, const Signature& signature, std::vector<TensorSpec> outputs) {
  using Backward = dnnl::convolution_backward_weights;
  using Forward = dnnl::convolution_forward;
  const TensorSpec& x = signature.inputs[0];
  const TensorSpec& g = signature.inputs[1];
  if (is_product(op, x, g)) return plan_product(signature, std::move(outputs));
  const Shape weight = grouped(outputs[0].shape, op.groups);
  const Desc bias = op.bias ? describe(outputs[1]) : Desc();
  const Windows windows(op);
  const auto algorithm = dnnl::algorithm::convolution_direct;
  const Precision precision = signature.precision;
  const auto make = [&](const Pictures& pictures) {
    const Desc read_x = in_precision(pictures.x, precision);
    const Desc read_g = in_precision(pictures.y, precision);
    const Forward::primitive_desc forward(engine(), dnnl::prop_kind::forward_training, algorithm, read_x,
                                          in_precision(describe_any(weight), precision), bias, read_g,
                                          windows.stride, windows.dilation, windows.padding, windows.padding,
                                          attributes(), true);
    if (!forward) return Backward::primitive_desc();
    return Backward::primitive_desc(engine(), algorithm, read_x, describe_any(weight), bias, read_g,
                                    windows.stride, windows.dilation, windows.padding, windows.padding,
                                    forward, attributes(), true);
  };
  const Desc any_x = describe_any(x.shape);
  const Desc any_g = describe_any(g.shape);
  const auto primitive = first_fast(
      std::vector<Pictures>{
          {as_given(x), as_given(g)}, {as_given(x), any_g}, {any_x, as_given(g)}, {any_x, any_g}},
      make);
  if (!primitive || is_for_f32(primitive, precision)) return nullptr;

  auto plan = std::make_shared<PrimitivePlan>(primitive, signature, outputs);
  plan->bind_input(DNNL_ARG_SRC, 0, describe(x), primitive.src_desc());
  plan->bind_input(DNNL_ARG_DIFF_DST, 1, describe(g), primitive.diff_dst_desc());
  plan->bind_output(DNNL_ARG_DIFF_WEIGHTS, 0, primitive.diff_weights_desc(),
                    describe(weight, Layout::row_major));
  if (op.bias) plan->bind_output(DNNL_ARG_DIFF_BIAS, 1, bias);
  return plan;
}

} // namespace mammo::onednn
