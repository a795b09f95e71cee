#include "mammo/backend/dispatch.hpp"
#include "mammo/models/retinanet_recipe.hpp"
#include "mammo/nn/formula.hpp"
#include "mammo/nn/gradients.hpp"
#include "mammo/nn/initialization.hpp"
#include "mammo/nn/optimizer.hpp"
#include "mammo/nn/safetensors.hpp"
#include "mammo/ops/autograd.hpp"
#include "mammo/ops/boxes.hpp"
#include "mammo/ops/elementwise.hpp"
#include "mammo/ops/reduction.hpp"
#include "tests/models/recorded_gradients.hpp"
#include "tests/support/compare.hpp"
#include "tests/support/files.hpp"

#include <algorithm>
#include <cmath>

#include <catch2/catch.hpp>

using namespace mammo;
using namespace mammo::models;

namespace {

// tests/goldens/record_detection.py, narrow_retinanet().
const RetinaNetConfig narrow{
    .backbone = {.depth = 18, .width_factor = 0.25, .input_channels = 1, .num_classes = 0},
    .pyramid_channels = 16,
    .extra_levels = ExtraLevels::pool,
    .num_classes = 3,
    .anchors = {{{16, 20}, {32, 40}, {64, 80}, {128, 160}}, {0.5, 1.0, 2.0}}};

nn::SafeTensors recorded() {
  return nn::SafeTensors(test::golden("models/retinanet_loss.safetensors"));
}

// The boxes of three pictures, of which the second has none.
std::vector<std::vector<LabelledBox>> recorded_truth() {
  const nn::SafeTensors golden = recorded();
  std::vector<std::vector<LabelledBox>> truth;
  for (int picture = 0; picture < 3; ++picture) {
    const Tensor boxes = golden.tensor(concat("boxes.", picture));
    const Tensor labels = golden.tensor(concat("labels.", picture));
    auto& of_picture = truth.emplace_back();
    for (std::int64_t i = 0; i < boxes.size(0); ++i) {
      const auto b = boxes.select(0, i).data<double>();
      of_picture.push_back(
          {{b[0], b[1], b[2] - b[0], b[3] - b[1]}, labels.select(0, i).item<std::int64_t>()});
    }
  }
  return truth;
}

std::vector<Box> boxes_of(const std::vector<LabelledBox>& truth) {
  std::vector<Box> boxes;
  for (const auto& t : truth) boxes.push_back(t.box);
  return boxes;
}

struct Loss {
  std::string name;
  RetinaNetLossConfig config;
};
const std::vector<Loss> losses{{"l1", {}},
                               {"smooth_l1", {.box_loss = BoxLoss::smooth_l1}},
                               {"giou", {.box_loss = BoxLoss::giou}},
                               {"thesis", retinanet_thesis().loss}};

void check_losses(DType dtype) {
  RetinaNet net(narrow);
  net.to(dtype);
  load_by_formula(net);
  const auto truth = recorded_truth();
  const nn::SafeTensors golden = recorded();
  net.set_trainable("*");
  const auto output = net.forward(nn::formula_tensor("retinanet_loss.input", {3, 1, 96, 128}).to(dtype));
  for (const auto& [name, config] : losses) {
    INFO(name);
    const RetinaNetLoss loss = retinanet_loss(output, narrow.anchors, truth, config);
    const double classification = golden.tensor(name + ".classification").item<double>();
    const double boxes = golden.tensor(name + ".boxes").item<double>();
    CHECK(test::as_doubles(loss.classification)[0] == Approx(classification).epsilon(1e-4));
    CHECK(test::as_doubles(loss.boxes)[0] == Approx(boxes).epsilon(1e-4));
    CHECK(test::as_doubles(loss.total)[0] ==
          Approx(classification + config.box_weight * boxes).epsilon(1e-4));
  }
  const RetinaNetLoss loss = retinanet_loss(output, narrow.anchors, truth);
  const Tensor thousandth = Tensor::full({}, 1e-3, {.dtype = dtype});
  backward(add(multiply(loss.classification, thousandth), loss.boxes));
  test::check_gradients(golden.tensor("gradients"), net);
}

// One level of four 10 x 10 anchors in a row; cells lie 10 columns apart.
const AnchorConfig row_of_squares{{{10}}, {1.0}};
RetinaNetOutput outputs(std::int64_t pictures, std::int64_t classes) {
  return {.cls_logits = Tensor::zeros({pictures, 4, classes}),
          .bbox_regression = Tensor::zeros({pictures, 4, 4}),
          .grids = {{1, 4}},
          .input = {10, 40},
          .features = {}};
}

} // namespace

TEST_CASE("RetinaNet's losses and gradients are torchvision's, with a picture without boxes among three") {
  check_losses(DType::f32);
}

TEST_CASE("RetinaNet's losses and gradients are torchvision's, in f64 on the reference backend") {
  const ExecutionScope scope({.backend = "reference"});
  check_losses(DType::f64);
}

TEST_CASE("anchors are matched as torchvision's matcher does") {
  const Tensor anchors =
      make_anchors(narrow.anchors, std::vector<Size2d>{{12, 16}, {6, 8}, {3, 4}, {2, 2}}, {96, 128});
  const auto truth = recorded_truth();
  for (const std::size_t picture : {0U, 2U}) {
    INFO("picture " << picture);
    const Tensor expected = recorded().tensor(concat("matches.", picture)).to(DType::i64);
    const auto matches = match_anchors(anchors, boxes_of(truth[picture]));
    CHECK(std::ranges::equal(matches, expected.data<std::int64_t>()));
  }
}

TEST_CASE("an anchor is a positive, a negative or neither by its IoU") {
  // IoU with the box [0, 10] x [0, 10]: 1, 1/3 and 0.
  const Tensor anchors =
      Tensor::from({0.F, 0.F, 10.F, 10.F, 5.F, 0.F, 15.F, 10.F, 20.F, 0.F, 30.F, 10.F}, {3, 4});
  const std::vector<Box> boxes{{0, 0, 10, 10}};
  const auto matches = [&](double background) {
    return match_anchors(anchors, boxes, {.foreground_iou = 0.5, .background_iou = background});
  };
  CHECK(matches(0.3) == std::vector<std::int64_t>{0, between_matches, no_match});
  CHECK(matches(0.4) == std::vector<std::int64_t>{0, no_match, no_match});
  CHECK(match_anchors(anchors, {}) == std::vector<std::int64_t>(3, no_match));
  CHECK_THROWS_AS(matches(0.6), ArgumentError);
}

TEST_CASE("a box that no anchor covers well gets its best anchors, unless that is switched off") {
  const Tensor anchors =
      Tensor::from({0.F, 0.F, 10.F, 10.F, 0.F, 0.F, 10.F, 10.F, 5.F, 5.F, 25.F, 25.F}, {3, 4});
  const std::vector<Box> boxes{{0, 0, 2, 2}};
  CHECK(match_anchors(anchors, boxes) == std::vector<std::int64_t>{0, 0, no_match});
  CHECK(match_anchors(anchors, boxes, {.low_quality_matches = false}) ==
        std::vector<std::int64_t>(3, no_match));
  const std::vector<Box> nowhere{{100, 100, 5, 5}};
  CHECK(match_anchors(anchors, nowhere) == std::vector<std::int64_t>(3, no_match));
}

TEST_CASE("an encoded box decodes to itself") {
  const Box box{12.5, 3, 40, 7.25};
  const std::vector<float> anchor{5, 6, 37, 30};
  const auto deltas = encode_box(box, std::span(anchor).first<4>());
  const Tensor decoded = box_decode(Tensor::from(std::vector<float>(deltas.begin(), deltas.end()), {1, 4}),
                                    Tensor::from(anchor, {1, 4}));
  const auto corners = test::as_doubles(decoded);
  CHECK(corners[0] == Approx(box.x));
  CHECK(corners[1] == Approx(box.y));
  CHECK(corners[2] == Approx(box.right()));
  CHECK(corners[3] == Approx(box.bottom()));
  CHECK_THROWS_AS(encode_box({0, 0, 0, 5}, std::span(anchor).first<4>()), ArgumentError);
}

TEST_CASE("a batch without boxes has a classification loss alone") {
  // Four anchors of probability 1/2: the focal loss of a negative is 3/4 (1/2)^2 log 2 (Lin et al. 2017,
  // equation 5).
  for (const auto& [name, config] : losses) {
    INFO(name);
    const double negative = 0.75 * std::pow(0.5, config.focal_gamma) * std::log(2);
    RetinaNetOutput output = outputs(2, 1);
    set_requires_grad(output.bbox_regression);
    const RetinaNetLoss loss =
        retinanet_loss(output, row_of_squares, std::vector<std::vector<LabelledBox>>(2), config);
    const double expected = config.normalization == LossNormalization::image ? 4 * negative : 8 * negative;
    CHECK(loss.classification.item<float>() == Approx(expected));
    CHECK(loss.boxes.item<float>() == 0);
    backward(loss.total);
    CHECK(test::largest_magnitude(test::as_doubles(grad(output.bbox_regression))) == 0);
  }
}

TEST_CASE("losses are divided by the positives of a picture or of the batch") {
  // Anchors lie around the cells' corners, at columns -5 .. 5, 5 .. 15, ...: the boxes are the second one,
  // moved by half a pixel, and the third and fourth. One and two positives; dx is off by 1/20 once.
  const std::vector<std::vector<LabelledBox>> truth{{{{5.5, -5, 10, 10}, 0}},
                                                    {{{15, -5, 10, 10}, 0}, {{25, -5, 10, 10}, 0}}};
  RetinaNetLossConfig config;
  CHECK(retinanet_loss(outputs(2, 1), row_of_squares, truth, config).boxes.item<float>() ==
        Approx(0.05 / 1 / 2));
  config.normalization = LossNormalization::batch;
  CHECK(retinanet_loss(outputs(2, 1), row_of_squares, truth, config).boxes.item<float>() == Approx(0.05 / 4));
}

TEST_CASE("truth that does not fit the outputs is refused") {
  const auto refused = [](LabelledBox truth) {
    CHECK_THROWS_AS(retinanet_loss(outputs(1, 2), row_of_squares, {{{truth}}}), ArgumentError);
  };
  refused({{0, 0, 5, 5}, 2});
  refused({{0, 0, 5, 5}, -1});
  refused({{0, 0, 0, 5}, 1});
  refused({{0, 0, NAN, 5}, 1});
  CHECK_THROWS_AS(retinanet_loss(outputs(2, 1), row_of_squares, std::vector<std::vector<LabelledBox>>(1)),
                  ShapeError);
  CHECK_THROWS_AS(
      retinanet_loss(outputs(1, 1), {{{10}, {20}}, {1.0}}, std::vector<std::vector<LabelledBox>>(1)),
      ShapeError);
}

TEST_CASE("heads begin with the prior probability") {
  RetinaNet net(narrow);
  Generator generator(7);
  CHECK_THROWS_AS(initialize_heads(net, generator), TypeError);
  initialize(net, generator);
  const auto before = net.state_dict().at("backbone.body.conv1.weight").clone();
  initialize_heads(net, generator);
  CHECK(test::as_doubles(net.state_dict().at("backbone.body.conv1.weight")) == test::as_doubles(before));
  for (const double bias :
       test::as_doubles(net.state_dict().at("head.classification_head.cls_logits.bias"))) {
    CHECK(1 / (1 + std::exp(-bias)) == Approx(0.01));
  }
  // 2304 weights: their deviation lies within 5 % of 0.01 with near certainty.
  const auto weights = test::as_doubles(net.state_dict().at("head.regression_head.conv.0.0.weight"));
  double squares = 0;
  for (const double weight : weights) squares += weight * weight;
  CHECK(std::sqrt(squares / static_cast<double>(weights.size())) == Approx(0.01).epsilon(0.05));
  CHECK_THROWS_AS(initialize_heads(net, generator, 1), ArgumentError);
}

TEST_CASE("a RetinaNet learns to find a square") {
  RetinaNet net(narrow);
  Generator generator(3);
  initialize(net, generator);
  initialize_heads(net, generator);
  net.set_trainable("*");
  net.train();
  Tensor x = Tensor::zeros({2, 1, 64, 64});
  const Box square{20, 12, 24, 24};
  for (std::size_t row = 12; row < 36; ++row) {
    std::ranges::fill(x.mutable_data<float>().subspan(row * 64 + 20, 24), 3.0F);
  }
  const std::vector<std::vector<LabelledBox>> truth{{{square, 1}}, {}};
  nn::Optimizer optimizer(nn::Adam{.rate = 2e-3});
  for (int step = 0; step < 60; ++step) {
    const RetinaNetLoss loss = retinanet_loss(net.forward(x), narrow.anchors, truth);
    nn::clear_gradients(net);
    backward(loss.total);
    nn::clip_gradient_norm(net, 5);
    optimizer.step(net);
  }
  const NoGrad off;
  const auto found = net.postprocess(net.forward(x));
  REQUIRE(!found[0].empty());
  CHECK(found[0][0].label == 1);
  CHECK(iou(found[0][0].box, square) > 0.6);
  CHECK((found[1].empty() || found[1][0].score < found[0][0].score));
}

TEST_CASE("named recipes are networks, with the thesis' numbers") {
  CHECK_NOTHROW(RetinaNet(retinanet_torchvision().network));
  CHECK(retinanet_torchvision().loss == RetinaNetLossConfig{});
  const RetinaNetRecipe thesis = retinanet_thesis();
  CHECK_NOTHROW(RetinaNet(thesis.network));
  CHECK(thesis.loss.focal_gamma == 1.5);
  CHECK(thesis.loss.box_weight == 50);
  CHECK(thesis.loss.box_beta == 0.1);
  CHECK(thesis.network.detection.nms_threshold == 0.5);
  CHECK(thesis.network.num_classes == 2);
}
