#include "tests/ops/operation_reader.hpp"

namespace mammo::test {
namespace {

Size2d size(const Json& o, const char* key, std::int64_t otherwise) {
  if (!o.contains(key)) return otherwise;
  const Json& value = o.at(key);
  if (value.is_number()) return value.get<std::int64_t>();
  return {value.at(0).get<std::int64_t>(), value.at(1).get<std::int64_t>()};
}

Activation activation(const Json& o) {
  return choice<Activation>(o, "activation", {{"none", Activation::none}, {"relu", Activation::relu}});
}

PoolKind pool_kind(const Json& o) {
  return choice<PoolKind>(o, "kind", {{"max", PoolKind::max}, {"average", PoolKind::average}});
}

Operation conv2d(const Json& o, const Shape&) {
  return Conv2d{size(o, "stride", 1), size(o, "padding", 0), size(o, "dilation", 1),
                o.value("groups", 1), activation(o),         o.value("keep_packed", true)};
}

Operation batch_norm(const Json& o, const Shape&) {
  return BatchNorm{o.value("eps", 1e-5), activation(o)};
}

Operation pool2d(const Json& o, const Shape&) {
  return Pool2d{pool_kind(o),          size(o, "kernel", 1),   size(o, "stride", 1),
                size(o, "padding", 0), size(o, "dilation", 1), o.value("count_padding", true)};
}

Operation adaptive_pool2d(const Json& o, const Shape&) {
  return AdaptivePool2d{pool_kind(o), size(o, "output", 1)};
}

Interpolation interpolation(const Json& o) {
  return choice<Interpolation>(o, "mode",
                               {{"nearest", Interpolation::nearest}, {"bilinear", Interpolation::bilinear}});
}

Operation interpolate2d(const Json& o, const Shape&) {
  return Interpolate2d{interpolation(o), size(o, "output", 1), o.value("align_corners", false)};
}

Operation linear(const Json& o, const Shape&) {
  return Linear{activation(o), o.value("keep_packed", true)};
}

Operation join(const Json& o, const Shape&) {
  return Concat{o.at("dim").get<int>()};
}

Operation pad(const Json& o, const Shape&) {
  return Pad{dims(o, "before"), dims(o, "after"), o.value("value", 0.0)};
}

Operation unary(const Json& o, const Shape&) {
  return Unary{choice<UnaryKind>(o, "kind",
                                 {{"relu", UnaryKind::relu},
                                  {"sigmoid", UnaryKind::sigmoid},
                                  {"exp", UnaryKind::exp},
                                  {"log", UnaryKind::log},
                                  {"sqrt", UnaryKind::sqrt},
                                  {"neg", UnaryKind::neg},
                                  {"abs", UnaryKind::abs},
                                  {"tanh", UnaryKind::tanh},
                                  {"gelu", UnaryKind::gelu},
                                  {"silu", UnaryKind::silu}})};
}

Operation binary(const Json& o, const Shape&) {
  const auto kind = choice<BinaryKind>(o, "kind",
                                       {{"add", BinaryKind::add},
                                        {"subtract", BinaryKind::subtract},
                                        {"multiply", BinaryKind::multiply},
                                        {"divide", BinaryKind::divide},
                                        {"maximum", BinaryKind::maximum},
                                        {"minimum", BinaryKind::minimum}});
  return Binary{kind, activation(o)};
}

Operation reduce(const Json& o, const Shape& x) {
  const auto kind = choice<ReduceKind>(o, "kind",
                                       {{"sum", ReduceKind::sum},
                                        {"mean", ReduceKind::mean},
                                        {"max", ReduceKind::max},
                                        {"min", ReduceKind::min}});
  Dims over;
  for (const std::int64_t d : dims(o, "dims")) over.push_back(d < 0 ? d + x.rank() : d);
  return Reduce{kind, over, o.value("keep_dims", false)};
}

Operation softmax(const Json& o, const Shape&) {
  return Softmax{o.at("dim").get<int>()};
}

Operation top_k(const Json& o, const Shape&) {
  return TopK{o.at("k").get<std::int64_t>()};
}

Operation box_decode(const Json& o, const Shape&) {
  BoxDecode op;
  op.weights = o.value("weights", op.weights);
  return op;
}

Operation nms(const Json& o, const Shape&) {
  Nms op;
  op.iou_threshold = o.value("iou_threshold", op.iou_threshold);
  op.max_output = o.value("max_output", op.max_output);
  return op;
}

Operation batch_norm_training(const Json& o, const Shape&) {
  return BatchNormTraining{o.value("eps", 1e-5), activation(o)};
}

Operation batch_norm_gradient(const Json& o, const Shape&) {
  return BatchNormGradient{o.value("eps", 1e-5), activation(o), o.value("residual", false)};
}

Operation group_norm(const Json& o, const Shape&) {
  return GroupNorm{o.at("groups").get<std::int64_t>(), o.value("eps", 1e-5)};
}

Operation group_norm_gradient(const Json& o, const Shape&) {
  return GroupNormGradient{o.at("groups").get<std::int64_t>()};
}

Operation layer_norm(const Json& o, const Shape&) {
  return LayerNorm{o.value("eps", 1e-5)};
}

Operation layer_norm_gradient(const Json&, const Shape&) {
  return LayerNormGradient{};
}

Operation softmax_gradient(const Json& o, const Shape&) {
  return SoftmaxGradient{o.at("dim").get<int>()};
}

Operation pool2d_gradient(const Json& o, const Shape& x) {
  return Pool2dGradient{std::get<Pool2d>(pool2d(o, x)), size(o, "input", 1)};
}

Operation adaptive_pool2d_gradient(const Json& o, const Shape&) {
  return AdaptivePool2dGradient{pool_kind(o), size(o, "input", 1)};
}

Operation interpolate2d_gradient(const Json& o, const Shape&) {
  return Interpolate2dGradient{interpolation(o), size(o, "input", 1), o.value("align_corners", false)};
}

Operation unary_gradient(const Json& o, const Shape& v) {
  return UnaryGradient{std::get<Unary>(unary(o, v)).kind};
}

Operation extreme_gradient(const Json& o, const Shape& a) {
  return ExtremeGradient{std::get<Binary>(binary(o, a)).kind};
}

Operation dropout(const Json& o, const Shape&) {
  return Dropout{o.at("probability").get<double>()};
}

Operation reduce_gradient(const Json& o, const Shape&) {
  return ReduceGradient{dims(o, "dims")};
}

Operation argmax(const Json& o, const Shape&) {
  return ArgMax{o.at("dim").get<int>()};
}

Operation gather(const Json& o, const Shape&) {
  return Gather{o.at("dim").get<int>()};
}

Operation scatter_add(const Json& o, const Shape&) {
  return ScatterAdd{o.at("dim").get<int>(), dims(o, "shape")};
}

Operation embedding(const Json&, const Shape&) {
  return Embedding{};
}

Operation embedding_gradient(const Json& o, const Shape&) {
  return EmbeddingGradient{o.at("rows").get<std::int64_t>()};
}

Operation box_decode_gradient(const Json& o, const Shape& deltas) {
  return BoxDecodeGradient{std::get<BoxDecode>(box_decode(o, deltas))};
}

Operation pointwise_loss(const Json& o, const Shape&) {
  PointwiseLoss op;
  op.kind = choice<LossKind>(o, "kind",
                             {{"mse", LossKind::mse},
                              {"smooth_l1", LossKind::smooth_l1},
                              {"huber", LossKind::huber},
                              {"bce", LossKind::bce},
                              {"focal", LossKind::focal}});
  op.beta = o.value("beta", op.beta);
  op.alpha = o.value("alpha", op.alpha);
  op.gamma = o.value("gamma", op.gamma);
  return op;
}

Operation pointwise_loss_gradient(const Json& o, const Shape& x) {
  return PointwiseLossGradient{std::get<PointwiseLoss>(pointwise_loss(o, x))};
}

Operation cross_entropy(const Json& o, const Shape&) {
  return CrossEntropy{o.value("label_smoothing", 0.0)};
}

Operation cross_entropy_gradient(const Json& o, const Shape&) {
  return CrossEntropyGradient{o.value("label_smoothing", 0.0)};
}

Operation sgd_step(const Json& o, const Shape&) {
  return SgdStep{o.value("nesterov", false)};
}

Operation adam_step(const Json& o, const Shape&) {
  return AdamStep{o.value("decoupled", false)};
}

Operation average_step(const Json&, const Shape&) {
  return AverageStep{};
}

Operation conv_transpose2d(const Json& o, const Shape&) {
  return ConvTranspose2d{size(o, "output", 1),   size(o, "stride", 1), size(o, "padding", 0),
                         size(o, "dilation", 1), o.value("groups", 1), o.value("keep_packed", true)};
}

Operation conv_weight_gradient(const Json& o, const Shape&) {
  return ConvWeightGradient{size(o, "kernel", 1),   size(o, "stride", 1), size(o, "padding", 0),
                            size(o, "dilation", 1), o.value("groups", 1), o.value("bias", false)};
}

Operation matmul(const Json& o, const Shape&) {
  return MatMul{o.value("transpose_a", false), o.value("transpose_b", false)};
}

} // namespace

const std::map<std::string, Operation (*)(const Json&, const Shape&)>& operation_readers() {
  static const std::map<std::string, Operation (*)(const Json&, const Shape&)> readers{
      {"conv2d", conv2d},
      {"batch_norm", batch_norm},
      {"pool2d", pool2d},
      {"adaptive_pool2d", adaptive_pool2d},
      {"interpolate2d", interpolate2d},
      {"linear", linear},
      {"concat", join},
      {"pad", pad},
      {"unary", unary},
      {"binary", binary},
      {"reduce", reduce},
      {"softmax", softmax},
      {"top_k", top_k},
      {"box_decode", box_decode},
      {"nms", nms},
      {"batch_norm_training", batch_norm_training},
      {"batch_norm_gradient", batch_norm_gradient},
      {"group_norm", group_norm},
      {"group_norm_gradient", group_norm_gradient},
      {"layer_norm", layer_norm},
      {"layer_norm_gradient", layer_norm_gradient},
      {"softmax_gradient", softmax_gradient},
      {"pool2d_gradient", pool2d_gradient},
      {"adaptive_pool2d_gradient", adaptive_pool2d_gradient},
      {"interpolate2d_gradient", interpolate2d_gradient},
      {"unary_gradient", unary_gradient},
      {"extreme_gradient", extreme_gradient},
      {"dropout", dropout},
      {"reduce_gradient", reduce_gradient},
      {"argmax", argmax},
      {"gather", gather},
      {"scatter_add", scatter_add},
      {"embedding", embedding},
      {"embedding_gradient", embedding_gradient},
      {"box_decode_gradient", box_decode_gradient},
      {"pointwise_loss", pointwise_loss},
      {"pointwise_loss_gradient", pointwise_loss_gradient},
      {"cross_entropy", cross_entropy},
      {"cross_entropy_gradient", cross_entropy_gradient},
      {"sgd_step", sgd_step},
      {"adam_step", adam_step},
      {"average_step", average_step},
      {"conv_transpose2d", conv_transpose2d},
      {"conv_weight_gradient", conv_weight_gradient},
      {"matmul", matmul}};
  return readers;
}

} // namespace mammo::test
