#include "mammo/backend/operation.hpp"
#include "mammo/core/error.hpp"

#include <cmath>
#include <cstdint>

#include <catch2/catch.hpp>

using namespace mammo;

namespace {

TensorSpec spec(const Shape& shape, DType dtype = DType::f32) {
  return {.shape = shape, .dtype = dtype};
}

const TensorSpec none{.shape = {}, .defined = false};

Shape shape_of(const Operation& operation, const std::vector<TensorSpec>& inputs) {
  return infer_outputs(operation, inputs).at(0).shape;
}

Shape conv(const Conv2d& op, const Shape& x, const Shape& w) {
  return shape_of(op, {spec(x), spec(w), none, none});
}

} // namespace

TEST_CASE("conv2d: output sizes") {
  CHECK(conv({.stride = 2, .padding = 3}, {1, 3, 224, 224}, {64, 3, 7, 7}) == Shape{1, 64, 112, 112});
  CHECK(conv({.padding = {0, 2}, .dilation = {1, 2}}, {2, 4, 9, 9}, {8, 4, 3, 3}) == Shape{2, 8, 7, 9});
  CHECK(conv({.groups = 4}, {1, 8, 5, 5}, {12, 2, 1, 1}) == Shape{1, 12, 5, 5});
  CHECK(conv({}, {0, 3, 5, 5}, {4, 3, 3, 3}) == Shape{0, 4, 3, 3});
  CHECK(
      infer_outputs(Conv2d{}, {spec({1, 1, 2, 2}, DType::f64), spec({1, 1, 1, 1}, DType::f64), none, none})[0]
          .dtype == DType::f64);
}

TEST_CASE("conv2d: what does not fit is refused with its value") {
  CHECK_THROWS_WITH(conv({}, {1, 3, 8, 8}, {4, 2, 3, 3}),
                    "conv2d: weight [4, 2, 3, 3] for x [1, 3, 8, 8] and groups 1, expected 3 channels in "
                    "dimension 1");
  CHECK_THROWS_AS(conv({.stride = 0}, {1, 3, 8, 8}, {4, 3, 3, 3}), ArgumentError);
  CHECK_THROWS_AS(conv({.padding = {0, -1}}, {1, 3, 8, 8}, {4, 3, 3, 3}), ArgumentError);
  CHECK_THROWS_AS(conv({.dilation = {1, 0}}, {1, 3, 8, 8}, {4, 3, 3, 3}), ArgumentError);
  CHECK_THROWS_AS(conv({.groups = 0}, {1, 3, 8, 8}, {4, 3, 3, 3}), ArgumentError);
  CHECK_THROWS_AS(conv({.groups = 2}, {1, 3, 8, 8}, {4, 3, 3, 3}), ShapeError);
  CHECK_THROWS_AS(conv({.groups = 3}, {1, 3, 8, 8}, {4, 1, 3, 3}), ShapeError);
  CHECK_THROWS_WITH(conv({}, {1, 3, 2, 8}, {4, 3, 3, 3}),
                    Catch::Contains("height 2") && Catch::Contains("kernel"));
  CHECK_THROWS_AS(conv({}, {1, 0, 8, 8}, {4, 0, 3, 3}), ShapeError);
  CHECK_THROWS_AS(conv({}, {1, 3, 8, 8}, {4, 3, 0, 3}), ShapeError);
  CHECK_THROWS_AS(conv({}, {3, 8, 8}, {4, 3, 3, 3}), ShapeError);
  const TensorSpec x = spec({1, 3, 8, 8});
  const TensorSpec w = spec({4, 3, 3, 3});
  CHECK_THROWS_AS(infer_outputs(Conv2d{}, {x, w}), ArgumentError);
  CHECK_THROWS_AS(infer_outputs(Conv2d{}, {x, none, none, none}), ArgumentError);
  CHECK_THROWS_WITH(infer_outputs(Conv2d{}, {x, w, spec({3}), none}), "conv2d: bias [3], expected [4]");
  CHECK_THROWS_AS(infer_outputs(Conv2d{}, {x, w, none, spec({1, 4, 8, 8})}), ShapeError);
  CHECK_THROWS_AS(infer_outputs(Conv2d{}, {x, spec({4, 3, 3, 3}, DType::f64), none, none}), TypeError);
  CHECK_THROWS_AS(infer_outputs(Conv2d{}, {spec({1, 3, 8, 8}, DType::u8), w, none, none}), TypeError);
}

TEST_CASE("window arithmetic takes hostile numbers") {
  CHECK_THROWS_AS(conv({.padding = INT64_MAX}, {1, 1, 8, 8}, {1, 1, 3, 3}), ArgumentError);
  CHECK_THROWS_AS(conv({.stride = INT64_MIN}, {1, 1, 8, 8}, {1, 1, 3, 3}), ArgumentError);
  CHECK_THROWS_AS(conv({}, {1, 1, std::int64_t{1} << 40, 1}, {1, 1, 1, 1}), ShapeError);
  CHECK_THROWS_AS(conv({.dilation = INT32_MAX}, {1, 1, 8, 8}, {1, 1, 1 << 30, 1}), ShapeError);
  CHECK_THROWS_AS(conv({.padding = INT32_MAX}, {INT32_MAX, 1, 8, 8}, {INT32_MAX, 1, 1, 1}), ShapeError);
  CHECK_THROWS_AS(shape_of(Unary{}, {spec({-1})}), ShapeError);
  CHECK_THROWS_AS(shape_of(Unary{}, {spec({INT64_MAX, INT64_MAX})}), ShapeError);
  CHECK_THROWS_AS(shape_of(Pad{.before = {INT64_MAX}, .after = {0}}, {spec({1})}), ArgumentError);
  CHECK_THROWS_AS(shape_of(Pad{.before = {1}, .after = {0}}, {spec({INT64_MAX})}), ShapeError);
  CHECK_THROWS_AS(shape_of(Concat{.dim = 0}, {spec({INT64_MAX}), spec({1})}), ShapeError);
}

TEST_CASE("batch_norm") {
  const TensorSpec x = spec({2, 5, 3, 3});
  const TensorSpec c = spec({5});
  CHECK(shape_of(BatchNorm{}, {x, c, c, c, c}) == x.shape);
  CHECK_THROWS_WITH(infer_outputs(BatchNorm{}, {x, c, spec({4}), c, c}), "batch_norm: var [4], expected [5]");
  CHECK_THROWS_AS(infer_outputs(BatchNorm{}, {x, c, c, c, none}), ArgumentError);
  CHECK_THROWS_AS(infer_outputs(BatchNorm{.eps = NAN}, {x, c, c, c, c}), ArgumentError);
  CHECK_THROWS_AS(infer_outputs(BatchNorm{.eps = -1}, {x, c, c, c, c}), ArgumentError);
}

TEST_CASE("batch_norm_training and its gradient") {
  const TensorSpec x = spec({2, 5, 3, 4});
  const TensorSpec c = spec({5});
  const auto outputs = infer_outputs(BatchNormTraining{}, {x, c, c, none});
  CHECK(outputs == std::vector{x, c, c});
  CHECK(infer_outputs(BatchNormTraining{}, {x, c, c, x}).size() == 3);
  CHECK_THROWS_AS(infer_outputs(BatchNormTraining{}, {x, c, c, spec({1, 5, 3, 4})}), ShapeError);
  CHECK_THROWS_WITH(infer_outputs(BatchNormTraining{}, {spec({0, 5, 3, 4}), c, c, none}),
                    "batch_norm_training: nothing to take statistics of");
  CHECK_THROWS_AS(infer_outputs(BatchNormTraining{.eps = NAN}, {x, c, c, none}), ArgumentError);

  const BatchNormGradient relu{.activation = Activation::relu, .residual = true};
  CHECK(infer_outputs(BatchNormGradient{}, {x, none, c, c, c, x}) == std::vector{x, c, c});
  CHECK(infer_outputs(relu, {x, x, c, c, c, x}) == std::vector{x, c, c, x});
  CHECK_THROWS_WITH(infer_outputs(relu, {x, none, c, c, c, x}), "batch_norm_gradient: y is undefined");
  CHECK_THROWS_AS(infer_outputs(relu, {x, x, c, c, c, spec({2, 5, 3, 3})}), ShapeError);
  CHECK_THROWS_AS(infer_outputs(relu, {x, x, c, spec({4}), c, x}), ShapeError);
}

TEST_CASE("group_norm, layer_norm and their gradients") {
  const TensorSpec x = spec({2, 6, 3, 4});
  const TensorSpec c = spec({6});
  const TensorSpec s = spec({2, 3});
  CHECK(infer_outputs(GroupNorm{.groups = 3}, {x, c, c}) == std::vector{x, s, s});
  CHECK(infer_outputs(GroupNorm{.groups = 2}, {spec({4, 6}), c, c}).at(1).shape == Shape{4, 2});
  CHECK_THROWS_WITH(infer_outputs(GroupNorm{.groups = 4}, {x, c, c}),
                    "group_norm: x [2, 6, 3, 4] in 4 groups, expected a positive multiple of channels");
  CHECK_THROWS_AS(infer_outputs(GroupNorm{.groups = 0}, {x, c, c}), ShapeError);
  CHECK_THROWS_AS(infer_outputs(GroupNorm{}, {spec({6}), c, c}), ShapeError);
  CHECK_THROWS_AS(infer_outputs(GroupNorm{}, {x, c, s}), ShapeError);
  CHECK(infer_outputs(GroupNormGradient{.groups = 3}, {x, s, s, c, x}) == std::vector{x, c, c});
  CHECK_THROWS_AS(infer_outputs(GroupNormGradient{.groups = 2}, {x, s, s, c, x}), ShapeError);

  const TensorSpec d = spec({4});
  const TensorSpec rows = spec({2, 6, 3});
  CHECK(infer_outputs(LayerNorm{}, {x, d, d}) == std::vector{x, rows, rows});
  CHECK(infer_outputs(LayerNorm{}, {d, d, d}).at(1).shape == Shape{});
  CHECK_THROWS_AS(infer_outputs(LayerNorm{}, {x, c, c}), ShapeError);
  CHECK_THROWS_AS(infer_outputs(LayerNorm{.eps = -1}, {x, d, d}), ArgumentError);
  CHECK(infer_outputs(LayerNormGradient{}, {x, rows, rows, d, x}) == std::vector{x, d, d});
  CHECK_THROWS_AS(infer_outputs(LayerNormGradient{}, {x, rows, rows, d, rows}), ShapeError);
}

TEST_CASE("gradients of pooling, interpolation and softmax") {
  const TensorSpec x = spec({1, 2, 9, 7});
  const Pool2d pool{.kernel = 3, .stride = 2, .padding = 1};
  const TensorSpec g = spec({1, 2, 5, 4});
  CHECK(shape_of(Pool2dGradient{.pool = pool, .input = {9, 7}}, {x, g}) == x.shape);
  CHECK_THROWS_AS(shape_of(Pool2dGradient{.pool = pool, .input = {9, 9}}, {x, g}), ShapeError);
  CHECK_THROWS_AS(shape_of(Pool2dGradient{.pool = pool, .input = {9, 7}}, {x, x}), ShapeError);
  CHECK_THROWS_AS(shape_of(Pool2dGradient{.pool = pool, .input = {9, 7}}, {none, g}), ArgumentError);
  const Pool2d average{.kind = PoolKind::average, .kernel = 3, .stride = 2, .padding = 1};
  CHECK(shape_of(Pool2dGradient{.pool = average, .input = {9, 7}}, {none, g}) == x.shape);
  CHECK(shape_of(AdaptivePool2dGradient{.input = {9, 7}}, {none, g}) == x.shape);
  CHECK_THROWS_AS(shape_of(AdaptivePool2dGradient{.kind = PoolKind::max, .input = 3}, {x, g}), ShapeError);
  CHECK(shape_of(Interpolate2dGradient{.input = {9, 7}}, {g}) == x.shape);
  CHECK_THROWS_AS(shape_of(Interpolate2dGradient{.input = 0}, {g}), ArgumentError);
  CHECK(shape_of(SoftmaxGradient{.dim = 3}, {x, x}) == x.shape);
  CHECK_THROWS_AS(shape_of(SoftmaxGradient{.dim = 4}, {x, x}), ShapeError);
  CHECK_THROWS_AS(shape_of(SoftmaxGradient{.dim = 3}, {x, g}), ShapeError);
}

TEST_CASE("pooling and interpolation") {
  const std::vector x{spec({1, 2, 9, 7})};
  CHECK(shape_of(Pool2d{.kernel = 3, .stride = 2, .padding = 1}, x) == Shape{1, 2, 5, 4});
  CHECK_THROWS_WITH(shape_of(Pool2d{.kernel = 3, .padding = {1, 2}}, x),
                    "pool2d: padding 1 x 2, expected at most half the kernel 3 x 3");
  CHECK_THROWS_AS(shape_of(Pool2d{.kernel = 8}, x), ShapeError);
  CHECK_THROWS_AS(shape_of(Pool2d{.kernel = 0}, x), ArgumentError);
  CHECK(shape_of(AdaptivePool2d{.output = {4, 1}}, x) == Shape{1, 2, 4, 1});
  CHECK_THROWS_AS(shape_of(AdaptivePool2d{.output = {0, 1}}, x), ArgumentError);
  CHECK_THROWS_AS(shape_of(AdaptivePool2d{}, {spec({1, 2, 0, 7})}), ArgumentError);
  CHECK(shape_of(Interpolate2d{.output = {18, 3}}, x) == Shape{1, 2, 18, 3});
  CHECK_THROWS_AS(shape_of(Interpolate2d{}, x), ArgumentError);
  CHECK_THROWS_AS(shape_of(Interpolate2d{.output = 4, .align_corners = true}, x), ArgumentError);
}

TEST_CASE("linear") {
  CHECK(shape_of(Linear{}, {spec({2, 7, 5}), spec({3, 5}), none}) == Shape{2, 7, 3});
  CHECK(shape_of(Linear{}, {spec({5}), spec({3, 5}), spec({3})}) == Shape{3});
  CHECK_THROWS_WITH(infer_outputs(Linear{}, {spec({2, 5}), spec({3, 4}), none}),
                    "linear: weight [3, 4], expected [O, 5] for x [2, 5]");
  CHECK_THROWS_AS(infer_outputs(Linear{}, {spec({}), spec({3, 4}), none}), ShapeError);
  CHECK_THROWS_AS(infer_outputs(Linear{}, {spec({2, 5}), spec({3, 5}), spec({2})}), ShapeError);
}

TEST_CASE("concat and pad") {
  CHECK(shape_of(Concat{.dim = 1}, {spec({2, 1}), spec({2, 4}), spec({2, 0})}) == Shape{2, 5});
  CHECK(infer_outputs(Concat{}, {spec({2}, DType::u8)})[0].dtype == DType::u8);
  CHECK_THROWS_WITH(shape_of(Concat{.dim = 1}, {spec({2, 1}), spec({3, 4})}),
                    "concat: tensor 1 [3, 4], expected [2, 1] but for dimension 1");
  CHECK_THROWS_AS(shape_of(Concat{.dim = 1}, {spec({2, 1}), spec({2})}), ShapeError);
  CHECK_THROWS_AS(shape_of(Concat{.dim = 0}, {spec({2}), spec({2}, DType::f64)}), TypeError);
  CHECK_THROWS_AS(shape_of(Concat{.dim = -1}, {spec({2})}), ShapeError);
  CHECK_THROWS_AS(shape_of(Concat{.dim = 0}, {spec({})}), ShapeError);
  CHECK_THROWS_AS(infer_outputs(Concat{}, {}), ArgumentError);
  CHECK(shape_of(Pad{.before = {1, 0}, .after = {0, 2}}, {spec({2, 3})}) == Shape{3, 5});
  CHECK_THROWS_AS(shape_of(Pad{.before = {1}, .after = {0, 2}}, {spec({2, 3})}), ShapeError);
  CHECK_THROWS_AS(shape_of(Pad{.before = {1, -1}, .after = {0, 2}}, {spec({2, 3})}), ArgumentError);
}

TEST_CASE("elementwise operations") {
  CHECK(shape_of(Binary{}, {spec({2, 1}), spec({3})}) == Shape{2, 3});
  CHECK_THROWS_WITH(shape_of(Binary{}, {spec({2, 4}), spec({3})}),
                    "binary: shapes [2, 4] and [3] do not broadcast");
  CHECK_THROWS_AS(shape_of(Binary{}, {spec({2}), spec({2}, DType::f64)}), TypeError);
  CHECK_THROWS_AS(shape_of(Unary{}, {spec({2}, DType::i32)}), TypeError);
  CHECK(shape_of(Unary{}, {spec({})}) == Shape{});
}

TEST_CASE("reductions") {
  const std::vector x{spec({2, 3, 4})};
  CHECK(shape_of(Reduce{.dims = {0, 2}}, x) == Shape{3});
  CHECK(shape_of(Reduce{.dims = {0, 2}, .keep_dims = true}, x) == Shape{1, 3, 1});
  CHECK(shape_of(Reduce{.dims = {0, 1, 2}}, x) == Shape{});
  CHECK(shape_of(Reduce{}, x) == x[0].shape);
  CHECK_THROWS_AS(shape_of(Reduce{.dims = {1, 0}}, x), ShapeError);
  CHECK_THROWS_AS(shape_of(Reduce{.dims = {1, 1}}, x), ShapeError);
  CHECK_THROWS_AS(shape_of(Reduce{.dims = {3}}, x), ShapeError);
  CHECK_THROWS_AS(shape_of(Reduce{.dims = {-1}}, x), ShapeError);
  CHECK(shape_of(Reduce{.dims = {0}}, {spec({0, 3})}) == Shape{3});
  for (const auto kind : {ReduceKind::mean, ReduceKind::max, ReduceKind::min}) {
    CHECK_THROWS_WITH(shape_of(Reduce{.kind = kind, .dims = {0}}, {spec({0, 3})}),
                      Catch::Contains("hold nothing"));
  }
  CHECK(shape_of(Softmax{.dim = 1}, x) == x[0].shape);
  CHECK_THROWS_AS(shape_of(Softmax{.dim = 3}, x), ShapeError);
}

TEST_CASE("top_k") {
  const auto outputs = infer_outputs(TopK{.k = 3}, {spec({2, 5})});
  CHECK(outputs.at(0).shape == Shape{2, 3});
  CHECK(outputs.at(1).dtype == DType::i64);
  CHECK(shape_of(TopK{.k = 0}, {spec({0})}) == Shape{0});
  CHECK_THROWS_WITH(shape_of(TopK{.k = 6}, {spec({2, 5})}), "top_k: k 6 of x [2, 5], expected 0 to 5");
  CHECK_THROWS_AS(shape_of(TopK{.k = -1}, {spec({5})}), ArgumentError);
  CHECK_THROWS_AS(shape_of(TopK{}, {spec({})}), ShapeError);
}

TEST_CASE("boxes") {
  const TensorSpec boxes = spec({7, 4});
  CHECK(shape_of(BoxDecode{}, {boxes, boxes}) == Shape{7, 4});
  CHECK_THROWS_AS(shape_of(BoxDecode{}, {boxes, spec({6, 4})}), ShapeError);
  CHECK_THROWS_AS(shape_of(BoxDecode{}, {spec({7, 5}), spec({7, 5})}), ShapeError);
  CHECK_THROWS_AS(shape_of(BoxDecode{.weights = {1, 1, 0, 1}}, {boxes, boxes}), ArgumentError);
  CHECK_THROWS_AS(shape_of(BoxDecode{.clip = NAN}, {boxes, boxes}), ArgumentError);
  const auto kept = infer_outputs(Nms{}, {boxes, spec({7})});
  CHECK(kept.at(0).shape == Shape{7});
  CHECK(kept.at(1).shape == Shape{1});
  CHECK(kept.at(1).dtype == DType::i64);
  CHECK_THROWS_AS(infer_outputs(Nms{}, {boxes, spec({7, 1})}), ShapeError);
  CHECK_THROWS_AS(infer_outputs(Nms{.iou_threshold = 1.5}, {boxes, spec({7})}), ArgumentError);
  CHECK_THROWS_AS(infer_outputs(Nms{.iou_threshold = NAN}, {boxes, spec({7})}), ArgumentError);
  CHECK_THROWS_AS(infer_outputs(Nms{.max_output = -1}, {boxes, spec({7})}), ArgumentError);
}

TEST_CASE("conv_transpose2d: the sizes are those of the convolution that it is the adjoint of") {
  // Rows 5 and 6 are both made into 3 by a stride of 2: `output` says which it was.
  for (const std::int64_t height : {5, 6}) {
    const ConvTranspose2d op{.output = {height, 7}, .stride = 2, .padding = 1};
    CHECK(shape_of(op, {spec({2, 8, 3, 4}), spec({8, 3, 3, 3}), none}) == Shape{2, 3, height, 7});
  }
  const ConvTranspose2d grouped{.output = 4, .groups = 2};
  CHECK(shape_of(grouped, {spec({0, 6, 4, 4}), spec({6, 5, 1, 1}), spec({10})}) == Shape{0, 10, 4, 4});
  const auto refused = [](const ConvTranspose2d& op, const Shape& x, const Shape& w) {
    return infer_outputs(op, {spec(x), spec(w), none});
  };
  CHECK_THROWS_WITH(refused({.output = {7, 8}, .stride = 2, .padding = 1}, {2, 8, 3, 4}, {8, 3, 3, 3}),
                    "conv_transpose2d: x [2, 8, 3, 4] for an output of 7 x 8, expected [2, 8, 4, 4]");
  CHECK_THROWS_AS(refused({}, {2, 8, 3, 4}, {8, 3, 3, 3}), ArgumentError);
  CHECK_THROWS_AS(refused({.output = 5, .groups = INT64_MAX}, {2, 8, 3, 3}, {8, 3, 3, 3}), ArgumentError);
  CHECK_THROWS_AS(refused({.output = 5, .groups = 3}, {2, 8, 3, 3}, {8, 3, 3, 3}), ShapeError);
  CHECK_THROWS_AS(refused({.output = 5}, {2, 9, 3, 3}, {8, 3, 3, 3}), ShapeError);
  CHECK_THROWS_AS(
      infer_outputs(ConvTranspose2d{.output = 5}, {spec({1, 8, 3, 3}), spec({8, 3, 3, 3}), spec({8})}),
      ShapeError);
}

TEST_CASE("conv_weight_gradient: the weight's shape, and the bias's where it is asked for") {
  const std::vector inputs{spec({2, 6, 9, 9}), spec({2, 8, 5, 5})};
  const ConvWeightGradient op{.kernel = {3, 4}, .stride = 2, .padding = {1, 1}, .groups = 2, .bias = true};
  const std::vector narrow{inputs[0], spec({2, 8, 5, 4})};
  const auto outputs = infer_outputs(op, narrow);
  REQUIRE(outputs.size() == 2);
  CHECK(outputs[0].shape == Shape{8, 3, 3, 4});
  CHECK(outputs[1].shape == Shape{8});
  CHECK(infer_outputs(ConvWeightGradient{.kernel = 5}, inputs).size() == 1);
  CHECK_THROWS_AS(infer_outputs(op, inputs), ShapeError);
  CHECK_THROWS_AS(infer_outputs(ConvWeightGradient{.kernel = 5, .groups = 0}, inputs), ArgumentError);
  CHECK_THROWS_AS(infer_outputs(ConvWeightGradient{.kernel = 5, .groups = 4}, inputs), ShapeError);
  CHECK_THROWS_AS(infer_outputs(ConvWeightGradient{.kernel = 5}, {inputs[0], spec({3, 8, 5, 5})}),
                  ShapeError);
  CHECK_THROWS_AS(infer_outputs(ConvWeightGradient{.kernel = 5}, {inputs[0], spec({2, 8, 5, 5}, DType::f64)}),
                  TypeError);
}

TEST_CASE("matmul") {
  CHECK(shape_of(MatMul{}, {spec({2, 3, 4, 5}), spec({2, 3, 5, 6})}) == Shape{2, 3, 4, 6});
  CHECK(shape_of(MatMul{.transpose_a = true}, {spec({5, 4}), spec({5, 6})}) == Shape{4, 6});
  CHECK(shape_of(MatMul{.transpose_b = true}, {spec({4, 5}), spec({6, 5})}) == Shape{4, 6});
  CHECK_THROWS_WITH(infer_outputs(MatMul{}, {spec({4, 5}), spec({6, 5})}),
                    "matmul: a [4, 5] and b [6, 5]: 5 against 6 in the sum");
  CHECK_THROWS_AS(shape_of(MatMul{}, {spec({2, 4, 5}), spec({3, 5, 6})}), ShapeError);
  CHECK_THROWS_AS(shape_of(MatMul{}, {spec({5}), spec({5})}), ShapeError);
  CHECK_THROWS_AS(shape_of(MatMul{}, {spec({2, 4, 5}), spec({5, 6})}), ShapeError);
}

TEST_CASE("gradients element by element, and dropout") {
  const TensorSpec x = spec({2, 3});
  CHECK(shape_of(UnaryGradient{}, {x, x}) == x.shape);
  CHECK_THROWS_WITH(infer_outputs(UnaryGradient{}, {x, spec({3})}), "unary_gradient: g [3], expected [2, 3]");
  CHECK_THROWS_AS(infer_outputs(UnaryGradient{}, {x, spec({2, 3}, DType::f64)}), TypeError);
  CHECK(shape_of(ExtremeGradient{}, {spec({3}), spec({2, 1}), x}) == x.shape);
  CHECK_THROWS_AS(infer_outputs(ExtremeGradient{}, {spec({3}), spec({2, 1}), spec({3})}), ShapeError);
  CHECK_THROWS_AS(infer_outputs(ExtremeGradient{.kind = BinaryKind::add}, {x, x, x}), ArgumentError);
  const TensorSpec seed = spec({2}, DType::i64);
  CHECK(shape_of(Dropout{}, {x, seed}) == x.shape);
  CHECK_THROWS_AS(infer_outputs(Dropout{}, {x, spec({2})}), TypeError);
  CHECK_THROWS_AS(infer_outputs(Dropout{}, {x, spec({1}, DType::i64)}), ShapeError);
  CHECK_THROWS_AS(infer_outputs(Dropout{.probability = 1}, {x, seed}), ArgumentError);
  CHECK_THROWS_AS(infer_outputs(Dropout{.probability = NAN}, {x, seed}), ArgumentError);
}

TEST_CASE("reduce_gradient and argmax") {
  const TensorSpec x = spec({2, 3, 4});
  const TensorSpec y = spec({2, 1, 4});
  CHECK(shape_of(ReduceGradient{.dims = {1}}, {x, y, y}) == x.shape);
  CHECK_THROWS_WITH(infer_outputs(ReduceGradient{.dims = {1}}, {x, spec({2, 4}), y}),
                    "reduce_gradient: y [2, 4], expected [2, 1, 4]");
  CHECK_THROWS_AS(infer_outputs(ReduceGradient{.dims = {1, 0}}, {x, y, y}), ShapeError);
  CHECK(shape_of(ArgMax{.dim = 1}, {x}) == Shape{2, 4});
  CHECK(infer_outputs(ArgMax{.dim = 1}, {x})[0].dtype == DType::i64);
  CHECK_THROWS_AS(shape_of(ArgMax{.dim = 3}, {x}), ShapeError);
  CHECK_THROWS_WITH(shape_of(ArgMax{.dim = 1}, {spec({2, 0})}), Catch::Contains("holds nothing"));
}

TEST_CASE("gather, scatter_add and embedding") {
  const TensorSpec x = spec({5, 3});
  const TensorSpec index = spec({4, 7}, DType::i64);
  CHECK(shape_of(Gather{.dim = 1}, {x, index}) == Shape{4, 7});
  CHECK_THROWS_AS(shape_of(Gather{.dim = 0}, {x, index}), ShapeError);
  CHECK_THROWS_AS(shape_of(Gather{.dim = 1}, {x, spec({4, 7})}), TypeError);
  CHECK_THROWS_AS(shape_of(Gather{.dim = 1}, {x, spec({4}, DType::i64)}), ShapeError);
  CHECK(shape_of(ScatterAdd{.dim = 1, .shape = {5, 3}}, {spec({4, 7}), index}) == Shape{5, 3});
  CHECK_THROWS_AS(shape_of(ScatterAdd{.dim = 1, .shape = {5, 3}}, {spec({4, 6}), index}), ShapeError);
  CHECK_THROWS_AS(shape_of(ScatterAdd{.dim = 1, .shape = {3, 3}}, {spec({4, 7}), index}), ShapeError);
  CHECK(shape_of(Embedding{}, {x, index}) == Shape{4, 7, 3});
  CHECK_THROWS_AS(shape_of(Embedding{}, {spec({5}), index}), ShapeError);
  CHECK(shape_of(EmbeddingGradient{.rows = 5}, {spec({4, 7, 3}), index}) == Shape{5, 3});
  CHECK_THROWS_AS(shape_of(EmbeddingGradient{.rows = 5}, {spec({4, 3}), index}), ShapeError);
  CHECK_THROWS_AS(shape_of(EmbeddingGradient{.rows = -1}, {spec({4, 7, 3}), index}), ArgumentError);
}

TEST_CASE("losses") {
  const TensorSpec x = spec({4, 3});
  CHECK(shape_of(PointwiseLoss{}, {x, x}) == x.shape);
  CHECK(shape_of(PointwiseLossGradient{}, {x, x, x}) == x.shape);
  CHECK_THROWS_AS(infer_outputs(PointwiseLoss{}, {x, spec({4})}), ShapeError);
  CHECK_THROWS_AS(infer_outputs(PointwiseLoss{.beta = 0}, {x, x}), ArgumentError);
  CHECK_THROWS_AS(infer_outputs(PointwiseLoss{.alpha = 1.5}, {x, x}), ArgumentError);
  CHECK_THROWS_AS(infer_outputs(PointwiseLoss{.gamma = -1}, {x, x}), ArgumentError);
  CHECK_THROWS_AS(infer_outputs(PointwiseLossGradient{{.gamma = NAN}}, {x, x, x}), ArgumentError);
  const TensorSpec target = spec({4}, DType::i64);
  CHECK(shape_of(CrossEntropy{}, {x, target}) == Shape{4});
  CHECK(shape_of(CrossEntropyGradient{}, {x, target, spec({4})}) == x.shape);
  CHECK_THROWS_AS(infer_outputs(CrossEntropy{}, {x, spec({4})}), TypeError);
  CHECK_THROWS_AS(infer_outputs(CrossEntropy{}, {x, spec({3}, DType::i64)}), ShapeError);
  CHECK_THROWS_AS(infer_outputs(CrossEntropy{}, {spec({4, 0}), target}), ShapeError);
  CHECK_THROWS_AS(infer_outputs(CrossEntropy{.label_smoothing = 1.5}, {x, target}), ArgumentError);
  CHECK_THROWS_AS(infer_outputs(CrossEntropyGradient{}, {x, target, x}), ShapeError);
}

TEST_CASE("box_decode_gradient") {
  const TensorSpec boxes = spec({7, 4});
  CHECK(shape_of(BoxDecodeGradient{}, {boxes, boxes, boxes}) == Shape{7, 4});
  CHECK_THROWS_AS(shape_of(BoxDecodeGradient{}, {boxes, boxes, spec({6, 4})}), ShapeError);
  CHECK_THROWS_AS(shape_of(BoxDecodeGradient{{.clip = NAN}}, {boxes, boxes, boxes}), ArgumentError);
}

TEST_CASE("optimisers' steps") {
  const TensorSpec p = spec({8, 3});
  const auto settings = [](std::int64_t count) { return spec({count}, DType::f64); };
  CHECK(infer_outputs(SgdStep{}, {p, p, p, settings(3)}).size() == 2);
  CHECK(infer_outputs(AdamStep{}, {p, p, p, p, settings(6)}).size() == 3);
  CHECK(infer_outputs(AverageStep{}, {p, p, settings(1)}).size() == 1);
  CHECK(shape_of(AdamStep{}, {p, p, p, p, settings(6)}) == p.shape);
  CHECK_THROWS_AS(infer_outputs(SgdStep{}, {p, p, spec({8}), settings(3)}), ShapeError);
  CHECK_THROWS_AS(infer_outputs(SgdStep{}, {p, p, p, spec({3})}), TypeError);
  CHECK_THROWS_AS(infer_outputs(AdamStep{}, {p, p, p, p, settings(5)}), ShapeError);
  CHECK_THROWS_AS(infer_outputs(AverageStep{}, {p, p}), ArgumentError);
}
