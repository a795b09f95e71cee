#include "mammo/models/retinanet.hpp"
#include "mammo/nn/formula.hpp"
#include "mammo/nn/safetensors.hpp"
#include "tests/support/compare.hpp"
#include "tests/support/files.hpp"

#include <cmath>

#include <catch2/catch.hpp>

using namespace mammo;
using models::AnchorConfig;
using models::Detection;
using models::DetectionConfig;
using models::RetinaNetOutput;

namespace {

const AnchorConfig anchors{{{24, 30, 38}, {48, 60, 76}, {96, 120, 152}, {192, 241, 305}}, {0.75, 1.0, 1.35}};

Tensor scaled(Tensor tensor, float factor, float offset) {
  for (float& value : tensor.mutable_data<float>()) value = value * factor + offset;
  return tensor;
}

// What tests/goldens/record_models.py gave to torchvision.
RetinaNetOutput recorded_input() {
  constexpr std::int64_t count = (20 * 14 + 10 * 7 + 5 * 4 + 3 * 2) * 9;
  return {.cls_logits = scaled(nn::formula_tensor("detections.logits.2", {2, count, 3}), 12, -10),
          .bbox_regression = scaled(nn::formula_tensor("detections.deltas", {2, count, 4}), 0.5F, 0),
          .grids = {{20, 14}, {10, 7}, {5, 4}, {3, 2}},
          .input = {160, 112},
          .features = {}};
}

// One level of one cell with one anchor of 10 x 10 around the origin, moved to where `deltas` say.
RetinaNetOutput cells(const std::vector<float>& logits, const std::vector<float>& deltas,
                      std::int64_t classes) {
  const auto count = static_cast<std::int64_t>(deltas.size() / 4);
  return {.cls_logits = Tensor::from(logits, {1, count, classes}),
          .bbox_regression = Tensor::from(deltas, {1, count, 4}),
          .grids = {{1, count}},
          .input = {100, 10 * count},
          .features = {}};
}
const AnchorConfig square{{{10}}, {1.0}};

} // namespace

TEST_CASE("detections are those of torchvision's post-processing") {
  const auto [name, config] = GENERATE(table<std::string, DetectionConfig>(
      {{"usual",
        {.score_threshold = 0.05, .candidates_per_level = 1000, .nms_threshold = 0.5, .max_detections = 300}},
       {"tight",
        {.score_threshold = 0.3, .candidates_per_level = 40, .nms_threshold = 0.3, .max_detections = 25}}}));
  const nn::SafeTensors golden(test::golden("models/detections.safetensors"));
  const auto images = detect(recorded_input(), anchors, config);
  REQUIRE(images.size() == 2);
  for (std::size_t n = 0; n < 2; ++n) {
    INFO(name << " image " << n);
    const Tensor boxes = golden.tensor(concat(name, '.', n, ".boxes"));
    const Tensor scores = golden.tensor(concat(name, '.', n, ".scores"));
    const Tensor labels = golden.tensor(concat(name, '.', n, ".labels"));
    REQUIRE(images[n].size() == scores.data<float>().size());
    for (std::size_t i = 0; i < images[n].size(); ++i) {
      const Detection& found = images[n][i];
      const float* box = &boxes.data<float>()[i * 4];
      INFO("detection " << i);
      CHECK(found.label == labels.data<std::int32_t>()[i]);
      CHECK(std::abs(found.score - scores.data<float>()[i]) < 1e-6);
      const Tensor logits = recorded_input().cls_logits.select(0, static_cast<std::int64_t>(n));
      const double logit = logits.select(0, found.anchor).select(0, found.label).item<float>();
      CHECK(std::abs(found.score - 1 / (1 + std::exp(-logit))) < 1e-6);
      CHECK(std::abs(found.box.x - box[0]) < 1e-3);
      CHECK(std::abs(found.box.y - box[1]) < 1e-3);
      CHECK(std::abs(found.box.right() - box[2]) < 1e-3);
      CHECK(std::abs(found.box.bottom() - box[3]) < 1e-3);
    }
  }
}

TEST_CASE("an ignored class has no detections, whatever its logits") {
  const auto output = cells({5, -5, 5, 1}, {1, 1, 0, 0, 1, 1, 0, 0}, 2);
  const auto all = detect(output, square, {});
  REQUIRE(all[0].size() == 3);
  const auto found = detect(output, square, {.ignored_classes = {0}});
  REQUIRE(found[0].size() == 1);
  CHECK(found[0][0].label == 1);
  CHECK(found[0][0].score == Approx(1 / (1 + std::exp(-1.0))));
  // The second cell lies 10 columns to the right; dx = dy = 1 moves the 10 x 10 anchor by its size, to
  // columns 15 to 25, of which the input has those below 20.
  CHECK(found[0][0].box == Box{15, 5, 5, 10});
}

TEST_CASE("suppression is class by class, and boxes are clipped to the input") {
  // Both anchors of the same class fall onto the same place; of another class the second stays.
  const std::vector<float> same_place{0, 0, 0, 0, -1, 0, 0, 0};
  const auto one_class = detect(cells({2, -9, 1, -9}, same_place, 2), square, {});
  REQUIRE(one_class[0].size() == 1);
  CHECK(one_class[0][0].box == Box{0, 0, 5, 5});
  CHECK(detect(cells({2, -9, -9, 1}, same_place, 2), square, {})[0].size() == 2);
}

TEST_CASE("the score threshold itself counts as above it, and equal scores keep the order of anchors") {
  const auto output = cells({0, 0, -1}, {0, 0, 0, 0, 5, 5, 0, 0, 9, 9, 0, 0}, 1);
  const auto found = detect(output, square, {.score_threshold = 0.5});
  REQUIRE(found[0].size() == 2);
  CHECK(found[0][0].box.x < found[0][1].box.x);
  CHECK(detect(output, square, {.score_threshold = 0.5001})[0].empty());
  CHECK(detect(output, square, {.score_threshold = 0, .max_detections = 1})[0].size() == 1);
  CHECK(detect(output, square, {.score_threshold = 0, .candidates_per_level = 2})[0].size() == 2);
}

TEST_CASE("logits that are no numbers are no detections") {
  const auto found = detect(cells({NAN, 0}, {0, 0, 0, 0, 0, 0, 0, 0}, 1), square, {});
  CHECK(found[0].size() == 1);
}

TEST_CASE("outputs that do not fit the anchors are refused") {
  RetinaNetOutput output = recorded_input();
  output.grids.pop_back();
  CHECK_THROWS_AS(detect(output, anchors, {}), ShapeError);
  output = recorded_input();
  output.grids[3] = {2, 2};
  CHECK_THROWS_AS(detect(output, anchors, {}), ShapeError);
  output = recorded_input();
  output.bbox_regression = Tensor::zeros({1, output.cls_logits.size(1), 4});
  CHECK_THROWS_AS(detect(output, anchors, {}), ShapeError);
}
