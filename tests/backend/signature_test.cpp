#include "mammo/backend/operation.hpp"

#include <set>
#include <string>
#include <vector>

#include <catch2/catch.hpp>

using namespace mammo;

namespace {

Signature signature(const Operation& operation,
                    std::vector<TensorSpec> inputs = {TensorSpec{.shape = {2, 3}}}) {
  return {.operation = operation, .inputs = std::move(inputs)};
}

// All different, and each the same when made again.
void check_distinct(const std::vector<Signature>& signatures) {
  std::set<std::string> keys;
  for (const Signature& s : signatures) {
    const Signature copy = s;
    CHECK(copy.key() == s.key());
    keys.insert(s.key());
  }
  CHECK(keys.size() == signatures.size());
}

void check_distinct(const std::vector<Operation>& operations) {
  std::vector<Signature> signatures;
  for (const Operation& operation : operations) signatures.push_back(signature(operation));
  check_distinct(signatures);
}

} // namespace

TEST_CASE("a change of any option changes the key") {
  check_distinct({Conv2d{}, Conv2d{.stride = {2, 1}}, Conv2d{.stride = {1, 2}}, Conv2d{.padding = {1, 0}},
                  Conv2d{.padding = {0, 1}}, Conv2d{.dilation = {2, 1}}, Conv2d{.dilation = {1, 2}},
                  Conv2d{.groups = 2}, Conv2d{.activation = Activation::relu}, Conv2d{.keep_packed = false}});
  check_distinct({BatchNorm{}, BatchNorm{.eps = 1e-3}, BatchNorm{.activation = Activation::relu}});
  check_distinct({Pool2d{}, Pool2d{.kind = PoolKind::average}, Pool2d{.kernel = {2, 1}},
                  Pool2d{.kernel = {1, 2}}, Pool2d{.stride = {2, 1}}, Pool2d{.stride = {1, 2}},
                  Pool2d{.padding = {1, 0}}, Pool2d{.padding = {0, 1}}, Pool2d{.dilation = {2, 1}},
                  Pool2d{.dilation = {1, 2}}, Pool2d{.count_padding = false}});
  check_distinct({AdaptivePool2d{}, AdaptivePool2d{.kind = PoolKind::max}, AdaptivePool2d{.output = {2, 1}},
                  AdaptivePool2d{.output = {1, 2}}});
  check_distinct({Interpolate2d{.output = 4}, Interpolate2d{.mode = Interpolation::bilinear, .output = 4},
                  Interpolate2d{.output = {4, 5}}, Interpolate2d{.output = {5, 4}},
                  Interpolate2d{.mode = Interpolation::bilinear, .output = 4, .align_corners = true}});
  check_distinct({Linear{}, Linear{.activation = Activation::relu}, Linear{.keep_packed = false}});
  check_distinct({Concat{.dim = 0}, Concat{.dim = 1}});
  check_distinct({Pad{.before = {0, 0}, .after = {0, 0}}, Pad{.before = {1, 0}, .after = {0, 0}},
                  Pad{.before = {0, 0}, .after = {1, 0}},
                  Pad{.before = {0, 0}, .after = {0, 0}, .value = 1}});
  check_distinct({Unary{}, Unary{.kind = UnaryKind::sigmoid}, Unary{.kind = UnaryKind::tanh}});
  check_distinct({Binary{}, Binary{.kind = BinaryKind::minimum}, Binary{.activation = Activation::relu}});
  check_distinct({Reduce{}, Reduce{.kind = ReduceKind::max}, Reduce{.dims = {0}}, Reduce{.dims = {1}},
                  Reduce{.dims = {0, 1}}, Reduce{.dims = {0}, .keep_dims = true}});
  check_distinct({Softmax{.dim = 0}, Softmax{.dim = 1}});
  check_distinct({TopK{.k = 1}, TopK{.k = 2}});
  check_distinct({BoxDecode{}, BoxDecode{.weights = {2, 1, 1, 1}}, BoxDecode{.weights = {1, 2, 1, 1}},
                  BoxDecode{.weights = {1, 1, 2, 1}}, BoxDecode{.weights = {1, 1, 1, 2}},
                  BoxDecode{.clip = 1}});
  check_distinct({Nms{}, Nms{.iou_threshold = 0.25}, Nms{.max_output = 10}});

  check_distinct({ConvTranspose2d{}, ConvTranspose2d{.output = {2, 0}}, ConvTranspose2d{.output = {0, 2}},
                  ConvTranspose2d{.stride = {2, 1}}, ConvTranspose2d{.stride = {1, 2}},
                  ConvTranspose2d{.padding = {1, 0}}, ConvTranspose2d{.padding = {0, 1}},
                  ConvTranspose2d{.dilation = {2, 1}}, ConvTranspose2d{.dilation = {1, 2}},
                  ConvTranspose2d{.groups = 2}, ConvTranspose2d{.keep_packed = false}});
  check_distinct({ConvWeightGradient{}, ConvWeightGradient{.kernel = {2, 1}},
                  ConvWeightGradient{.kernel = {1, 2}}, ConvWeightGradient{.stride = {2, 1}},
                  ConvWeightGradient{.stride = {1, 2}}, ConvWeightGradient{.padding = {1, 0}},
                  ConvWeightGradient{.padding = {0, 1}}, ConvWeightGradient{.dilation = {2, 1}},
                  ConvWeightGradient{.dilation = {1, 2}}, ConvWeightGradient{.groups = 2},
                  ConvWeightGradient{.bias = true}});
  check_distinct({MatMul{}, MatMul{.transpose_a = true}, MatMul{.transpose_b = true},
                  MatMul{.transpose_a = true, .transpose_b = true}});
}

TEST_CASE("a change of any option of a normalization or of a layer's gradient changes the key") {
  check_distinct({BatchNormTraining{}, BatchNormTraining{.eps = 1e-3},
                  BatchNormTraining{.activation = Activation::relu}});
  check_distinct({BatchNormGradient{}, BatchNormGradient{.eps = 1e-3},
                  BatchNormGradient{.activation = Activation::relu}, BatchNormGradient{.residual = true}});
  check_distinct({GroupNorm{}, GroupNorm{.groups = 2}, GroupNorm{.eps = 1e-3}});
  check_distinct({GroupNormGradient{}, GroupNormGradient{.groups = 2}});
  check_distinct({LayerNorm{}, LayerNorm{.eps = 1e-3}});
  check_distinct({SoftmaxGradient{.dim = 0}, SoftmaxGradient{.dim = 1}});
  check_distinct({Pool2dGradient{}, Pool2dGradient{.pool = {.kind = PoolKind::average}},
                  Pool2dGradient{.pool = {.count_padding = false}}, Pool2dGradient{.input = {1, 0}},
                  Pool2dGradient{.input = {0, 1}}});
  check_distinct({AdaptivePool2dGradient{}, AdaptivePool2dGradient{.kind = PoolKind::max},
                  AdaptivePool2dGradient{.input = {1, 0}}, AdaptivePool2dGradient{.input = {0, 1}}});
  check_distinct({Interpolate2dGradient{}, Interpolate2dGradient{.mode = Interpolation::bilinear},
                  Interpolate2dGradient{.input = {1, 0}}, Interpolate2dGradient{.input = {0, 1}},
                  Interpolate2dGradient{.align_corners = true}});
  check_distinct({LayerNorm{}, BatchNormTraining{}, LayerNormGradient{}, Linear{}, GroupNormGradient{},
                  Softmax{.dim = 1}, SoftmaxGradient{.dim = 1}});
  check_distinct({Unary{.kind = UnaryKind::gelu}, Unary{.kind = UnaryKind::silu}});
  check_distinct({UnaryGradient{}, UnaryGradient{.kind = UnaryKind::sigmoid}});
  check_distinct({ExtremeGradient{}, ExtremeGradient{.kind = BinaryKind::minimum}});
  check_distinct({Dropout{}, Dropout{.probability = 0.25}});
  check_distinct({ReduceGradient{}, ReduceGradient{.dims = {0}}, ReduceGradient{.dims = {1}}});
  check_distinct({ArgMax{.dim = 0}, ArgMax{.dim = 1}});
  check_distinct({Gather{.dim = 0}, Gather{.dim = 1}});
  check_distinct({ScatterAdd{.dim = 0, .shape = {2, 3}}, ScatterAdd{.dim = 1, .shape = {2, 3}},
                  ScatterAdd{.dim = 0, .shape = {2, 4}}});
  check_distinct({EmbeddingGradient{.rows = 1}, EmbeddingGradient{.rows = 2}});
  check_distinct(
      {BoxDecodeGradient{}, BoxDecodeGradient{{.weights = {2, 1, 1, 1}}}, BoxDecodeGradient{{.clip = 1}}});
  const std::vector<PointwiseLoss> losses{
      {}, {.kind = LossKind::huber}, {.kind = LossKind::focal}, {.beta = 2}, {.alpha = 0.5}, {.gamma = 1}};
  check_distinct(std::vector<Operation>(losses.begin(), losses.end()));
  std::vector<Operation> gradients;
  for (const PointwiseLoss& loss : losses) gradients.push_back(PointwiseLossGradient{loss});
  check_distinct(gradients);
  check_distinct({CrossEntropy{}, CrossEntropy{.label_smoothing = 0.1}});
  check_distinct({CrossEntropyGradient{}, CrossEntropyGradient{.label_smoothing = 0.1}});
  check_distinct({SgdStep{}, SgdStep{.nesterov = true}});
  check_distinct({AdamStep{}, AdamStep{.decoupled = true}});
}

TEST_CASE("operations whose options are alike have different keys") {
  check_distinct({Softmax{.dim = 0}, Concat{.dim = 0}, Linear{}, TopK{.k = 0}, Unary{}, Binary{}, Reduce{},
                  Nms{}, BoxDecode{}, Pad{}, Conv2d{}, BatchNorm{}, Pool2d{}, AdaptivePool2d{},
                  Interpolate2d{}, ConvTranspose2d{}, ConvWeightGradient{}, MatMul{}});
  check_distinct({Unary{}, UnaryGradient{}, ArgMax{}, Gather{}, Embedding{}, AverageStep{}, SgdStep{},
                  AdamStep{}, CrossEntropy{}, CrossEntropyGradient{}, PointwiseLoss{},
                  PointwiseLossGradient{}, BoxDecode{}, BoxDecodeGradient{}, Dropout{}, ReduceGradient{},
                  ScatterAdd{}, EmbeddingGradient{}, ExtremeGradient{}});
}

TEST_CASE("a change of any tensor or of the setting changes the key") {
  const TensorSpec x{.shape = {1, 8, 2, 2}};
  TensorSpec other_shape = x;
  other_shape.shape = {1, 8, 4, 1};
  TensorSpec other_rank = x;
  other_rank.shape = {1, 8, 2};
  TensorSpec other_dtype = x;
  other_dtype.dtype = DType::f64;
  TensorSpec other_layout = x;
  other_layout.layout = Layout::nChw8c;
  TensorSpec absent = x;
  absent.defined = false;
  const Operation op = Binary{};
  Signature threads = signature(op, {x, x});
  threads.threads = 2;
  Signature loose = signature(op, {x, x});
  loose.deterministic = false;
  check_distinct({signature(op, {x, x}), signature(op, {x, other_shape}), signature(op, {other_shape, x}),
                  signature(op, {x, other_rank}), signature(op, {x, other_dtype}),
                  signature(op, {x, other_layout}), signature(op, {x, absent}), signature(op, {absent, x}),
                  signature(op, {x}), signature(op, {x, x, x}), threads, loose});
}

TEST_CASE("what a spec of a missing tensor says besides does not matter") {
  const TensorSpec absent{.shape = {}, .defined = false};
  const TensorSpec absent_with_shape{.shape = {4}, .dtype = DType::f64, .defined = false};
  CHECK(signature(Linear{}, {absent}).key() == signature(Linear{}, {absent_with_shape}).key());
}

TEST_CASE("operations know their names") {
  CHECK(name(Operation(Conv2d{})) == "conv2d");
  CHECK(name(Operation(Nms{})) == "nms");
}
