#include "mammo/backend/dispatch.hpp"
#include "mammo/models/resnet.hpp"
#include "mammo/nn/formula.hpp"
#include "tests/models/sampled.hpp"
#include "tests/support/files.hpp"

#include <catch2/catch.hpp>

using namespace mammo;
using models::ResNet;
using models::ResNetConfig;

namespace {

void check_recorded(const std::string& name, const ResNetConfig& config, const Shape& input) {
  ResNet net(config);
  load_by_formula(net);
  const nn::SafeTensors golden(test::golden("models/resnet.safetensors"));
  const Tensor x = nn::formula_tensor(name + ".input", input);
  std::vector<test::Sampled> outputs;
  const auto stages = net.features(x);
  for (std::size_t i = 0; i < 4; ++i) outputs.push_back({concat(name, ".layer", i + 1), stages[i]});
  if (config.num_classes > 0) outputs.push_back({name + ".logits", net.forward(x)});
  check_sampled(golden, outputs);
}

struct Case {
  std::string name;
  ResNetConfig config;
  Shape input;
};

const std::vector<Case> light_cases{
    {"resnet18", {.depth = 18}, {1, 3, 64, 48}},
    {"resnet50", {.depth = 50}, {2, 3, 64, 64}},
    {"resnet18_narrow", {.depth = 18, .width_factor = 0.25, .num_classes = 10}, {1, 3, 65, 71}},
    {"resnet50_half_grey",
     {.depth = 50, .width_factor = 0.5, .stride_on_1x1 = true, .input_channels = 1, .num_classes = 0},
     {1, 1, 96, 64}},
};
const std::vector<Case> heavy_cases{
    {"resnet34", {.depth = 34}, {1, 3, 48, 64}},
    {"resnet101", {.depth = 101}, {1, 3, 64, 48}},
    {"resnet152", {.depth = 152}, {1, 3, 48, 48}},
};

void check_recorded(const std::vector<Case>& cases) {
  for (const Case& c : cases) {
    INFO(c.name);
    check_recorded(c.name, c.config, c.input);
  }
}

} // namespace

TEST_CASE("ResNets give what torchvision's give") {
  check_recorded(light_cases);
}

TEST_CASE("deep ResNets give what torchvision's give", "[slow]") {
  check_recorded(heavy_cases);
}

TEST_CASE("ResNets give what torchvision's give, on the reference backend", "[slow]") {
  const ExecutionScope scope({.backend = "reference"});
  check_recorded(light_cases);
  check_recorded(heavy_cases);
}

TEST_CASE("ResNet-50 of full size gives what torchvision's gives") {
  check_recorded("resnet50_full", {.depth = 50}, {1, 3, 224, 224});
}

TEST_CASE("a ResNet in training mode with frozen norms gives what it gives at inference") {
  ResNet net({.depth = 18, .width_factor = 0.25, .frozen_norm = true, .num_classes = 10});
  load_by_formula(net);
  const Tensor x = nn::formula_tensor("x", {1, 3, 40, 40});
  const Tensor expected = net.forward(x);
  net.train();
  test::check_equal({{"logits", net.forward(x), expected}}, 1e-5);
}

TEST_CASE("half-width ResNet-50 with pretrained weights gives its recorded features") {
  const auto folder = test::shared("weights/resnet50_half");
  ResNet net({.depth = 50, .width_factor = 0.5, .stride_on_1x1 = true, .num_classes = 0});
  net.load_state_dict(nn::SafeTensors(folder / "weights.safetensors").tensors());
  const nn::SafeTensors golden(folder / "golden.safetensors");
  const auto stages = net.features(golden.tensor("input"));
  test::check_equal({{"layer1", stages[0], golden.tensor("layer1")},
                     {"layer2", stages[1], golden.tensor("layer2")},
                     {"layer3", stages[2], golden.tensor("layer3")},
                     {"layer4", stages[3], golden.tensor("layer4")}});
}

TEST_CASE("parameter counts are those of torchvision's documentation") {
  CHECK(ResNet({.depth = 18}).parameter_count() == 11689512);
  CHECK(ResNet({.depth = 34}).parameter_count() == 21797672);
  CHECK(ResNet({.depth = 50}).parameter_count() == 25557032);
  CHECK(ResNet({.depth = 101}).parameter_count() == 44549160);
  CHECK(ResNet({.depth = 152}).parameter_count() == 60192808);
}

TEST_CASE("state names are torchvision's") {
  const ResNet net({.depth = 50});
  std::vector<std::string> names;
  for (const auto& entry : net.state()) names.push_back(entry.name);
  for (const char* name :
       {"conv1.weight", "bn1.running_var", "layer1.0.conv3.weight", "layer1.0.downsample.0.weight",
        "layer1.0.downsample.1.running_mean", "layer3.5.bn3.bias", "fc.weight", "fc.bias"}) {
    INFO(name);
    CHECK(std::ranges::find(names, name) != names.end());
  }
  CHECK(names.size() == 53 + 53 * 4 + 2);
}

TEST_CASE("a cloned ResNet gives the same and stays as it is when the original changes") {
  ResNet net({.depth = 18, .width_factor = 0.25, .num_classes = 4});
  load_by_formula(net);
  const auto copy = clone(net);
  const Tensor x = nn::formula_tensor("x", {1, 3, 32, 32});
  const Tensor before = net.forward(x).plain().clone();
  for (const auto& entry : net.state()) {
    Tensor changed = entry.tensor;
    for (float& value : changed.mutable_data<float>()) value *= 1.5F;
  }
  CHECK(test::as_doubles(net.forward(x)) != test::as_doubles(before));
  CHECK(test::as_doubles(copy->forward(x)) == test::as_doubles(before));
}

TEST_CASE("ResNets that are none are refused") {
  CHECK_THROWS_AS(ResNet({.depth = 49}), ArgumentError);
  CHECK_THROWS_AS(ResNet({.width_factor = 0}), ArgumentError);
  CHECK_THROWS_AS(ResNet({.width_factor = NAN}), ArgumentError);
  CHECK_THROWS_AS(ResNet({.depth = 18, .stride_on_1x1 = true}), ArgumentError);
  CHECK_THROWS_AS(ResNet({.input_channels = 0}), ArgumentError);
  CHECK_THROWS_AS(ResNet({.num_classes = -1}), ArgumentError);
  ResNet headless({.depth = 18, .width_factor = 0.25, .num_classes = 0});
  load_by_formula(headless);
  CHECK_THROWS_AS(headless.forward(Tensor::zeros({1, 3, 32, 32})), ArgumentError);
  CHECK_THROWS_AS(headless.features(Tensor::zeros({1, 1, 32, 32})), ShapeError);
}
