#include "mammo/backend/dispatch.hpp"
#include "mammo/models/retinanet.hpp"
#include "mammo/nn/formula.hpp"
#include "tests/models/sampled.hpp"
#include "tests/support/files.hpp"

#include <catch2/catch.hpp>

using namespace mammo;
using models::RetinaNet;
using models::RetinaNetConfig;

namespace {

// torchvision's retinanet_resnet50_fpn.
const RetinaNetConfig resnet50_fpn{
    .anchors = {{{32, 40, 50}, {64, 80, 101}, {128, 161, 203}, {256, 322, 406}, {512, 645, 812}},
                {0.5, 1.0, 2.0}}};

void check_recorded(const std::string& name, const Shape& input) {
  RetinaNet net(resnet50_fpn);
  load_by_formula(net);
  const auto output = net.forward(nn::formula_tensor(name + ".input", input), {.keep_features = true});
  const nn::SafeTensors golden(test::golden("models/retinanet.safetensors"));
  std::vector<test::Sampled> outputs{{name + ".cls_logits", output.cls_logits},
                                     {name + ".bbox_regression", output.bbox_regression}};
  REQUIRE(output.features.size() == 5);
  for (std::size_t i = 0; i < 5; ++i) outputs.push_back({concat(name, ".feature.", i), output.features[i]});
  check_sampled(golden, outputs);
}

} // namespace

TEST_CASE("RetinaNet-R50-FPN gives what torchvision's gives") {
  check_recorded("retinanet_small", {1, 3, 96, 128});
}

TEST_CASE("RetinaNet-R50-FPN gives what torchvision's gives, on the reference backend", "[slow]") {
  const ExecutionScope scope({.backend = "reference"});
  check_recorded("retinanet_small", {1, 3, 96, 128});
}

TEST_CASE("RetinaNet-R50-FPN of full size gives what torchvision's gives", "[slow]") {
  check_recorded("retinanet_full", {1, 3, 800, 800});
}

TEST_CASE("RetinaNet-R50-FPN has as many parameters as torchvision's documentation says") {
  // There the weights and biases of the 53 frozen norms, 26560 each, are no parameters.
  CHECK(RetinaNet(resnet50_fpn).parameter_count() == 34014999 + 2 * 26560);
}

TEST_CASE("feature maps are kept only when asked for, and images of a batch do not touch each other") {
  RetinaNet net({.backbone = {.depth = 18, .width_factor = 0.25, .num_classes = 0},
                 .pyramid_stages = {3, 4},
                 .pyramid_channels = 8,
                 .extra_levels = models::ExtraLevels::none,
                 .head_depth = 1,
                 .num_classes = 2,
                 .anchors = {{{16}, {32}}, {1.0, 2.0}}});
  load_by_formula(net);
  const Tensor batch = nn::formula_tensor("x", {2, 3, 64, 48});
  const auto both = net.forward(batch);
  CHECK(both.features.empty());
  CHECK(both.grids == std::vector<Size2d>{{4, 3}, {2, 2}});
  CHECK(both.input == Size2d(64, 48));
  REQUIRE(both.cls_logits.shape() == Shape({2, (12 + 4) * 2, 2}));
  const auto second = net.forward(batch.slice(0, 1, 2));
  test::check_equal({{"logits", both.cls_logits.slice(0, 1, 2), second.cls_logits},
                     {"boxes", both.bbox_regression.slice(0, 1, 2), second.bbox_regression}},
                    1e-6);
  const auto detections = net.postprocess(both);
  CHECK(detections.size() == 2);
}

TEST_CASE("RetinaNets that are none are refused") {
  const auto changed = [](auto change) {
    RetinaNetConfig config = resnet50_fpn;
    change(config);
    return config;
  };
  const auto refused = [&](auto change) { CHECK_THROWS_AS(RetinaNet(changed(change)), ArgumentError); };
  refused([](auto& c) { c.backbone.num_classes = 10; });
  refused([](auto& c) { c.pyramid_stages = {}; });
  refused([](auto& c) { c.pyramid_stages = {3, 2}; });
  refused([](auto& c) { c.pyramid_stages = {2, 3, 5}; });
  refused([](auto& c) { c.pyramid_channels = 0; });
  refused([](auto& c) { c.head_depth = -1; });
  refused([](auto& c) { c.num_classes = 0; });
  refused([](auto& c) { c.anchors.sizes.pop_back(); });
  refused([](auto& c) { c.detection.ignored_classes = {91}; });
  refused([](auto& c) { c.detection.candidates_per_level = 0; });
  refused([](auto& c) { c.detection.max_detections = -1; });
  refused([](auto& c) { c.detection.nms_threshold = 1.5; });
  refused([](auto& c) { c.detection.score_threshold = NAN; });
}
