#include "mammo/backend/dispatch.hpp"
#include "mammo/models/densenet.hpp"
#include "mammo/models/dilated_attention_resnet.hpp"
#include "mammo/models/pathology_ensemble.hpp"
#include "mammo/models/resnet.hpp"
#include "mammo/models/zoo.hpp"
#include "mammo/ops/arrange.hpp"
#include "mammo/ops/views.hpp"
#include "models/densenet_fields.hpp"
#include "models/dilated_attention_resnet_fields.hpp"
#include "models/pathology_ensemble_fields.hpp"
#include "tests/models/recorded_network.hpp"

#include <array>
#include <initializer_list>
#include <set>
#include <string>
#include <vector>

#include <catch2/catch.hpp>

using namespace mammo;
using namespace mammo::models;

// tests/goldens/record_classifiers.py recorded what is expected here.
namespace {

nn::SafeTensors golden() {
  return nn::SafeTensors(test::golden("models/classifiers.safetensors"));
}

template <class Net>
void check_recorded(const std::string& name, const test::ConfigOf<Net>& config, const Shape& input,
                    DType dtype) {
  const Tensor x = nn::formula_tensor(name + ".input", input).to(dtype);
  test::check_network<Net>(golden(), name, config, dtype, [&](const Net& net) { return net.forward(x); });
}

void check_resnets(DType dtype) {
  check_recorded<ResNet>("resnet18.narrow", {.depth = 18, .width_factor = 0.25, .num_classes = 10},
                         {2, 3, 64, 48}, dtype);
  check_recorded<ResNet>("resnet50.narrow", {.width_factor = 0.125, .num_classes = 5}, {2, 3, 64, 48}, dtype);
}

void check_dilated(DType dtype) {
  check_recorded<ResNet>(
      "resnet50.dilated",
      {.width_factor = 0.125, .replace_stride_with_dilation = {false, true, true}, .num_classes = 5},
      {2, 3, 40, 48}, dtype);
  check_recorded<ResNet>(
      "resnet50.dilated_around",
      {.width_factor = 0.125, .replace_stride_with_dilation = {true, false, true}, .num_classes = 5},
      {2, 3, 48, 40}, dtype);
}

void check_squeezed(DType dtype) {
  check_recorded<ResNet>("seresnet18.narrow",
                         {.depth = 18, .width_factor = 0.25, .se_reduction = 16, .num_classes = 10},
                         {2, 3, 64, 48}, dtype);
  check_recorded<ResNet>("seresnet50.narrow", {.width_factor = 0.125, .se_reduction = 16, .num_classes = 5},
                         {2, 3, 48, 64}, dtype);
}

void check_densenet(DType dtype) {
  check_recorded<DenseNet>(
      "densenet",
      {.num_classes = 4, .growth_rate = 6, .blocks = {2, 3, 2}, .init_features = 10, .bottleneck_factor = 3},
      {2, 3, 64, 48}, dtype);
}

void check_dilated_attention(DType dtype) {
  check_recorded<DilatedAttentionResNet>(
      "dilated_attention_resnet",
      {.input_channels = 1, .stem_channels = 12, .stage_blocks = {1, 2, 2, 2}, .attention_reduction = 2},
      {2, 1, 48, 40}, dtype);
}

Tensor all_logits(const PathologyOutput& y) {
  return concatenate(std::array{y.pathology, y.shape, y.margin, y.birads}, 1);
}

const PathologyEnsembleConfig narrow_ensemble{
    .branch = {.width_factor = 0.125, .stride_on_1x1 = true, .input_channels = 1, .num_classes = 0},
    .dense_features = {24, 16, 12},
    .dropout = 0,
    .shape_classes = 3,
    .margin_classes = 2,
    .birads_classes = 4};

void check_pathology_ensemble(DType dtype) {
  const Tensor image = nn::formula_tensor("pathology_ensemble.input", {2, 1, 64, 48}).to(dtype);
  const Tensor mask = nn::formula_tensor("pathology_ensemble.mask", {2, 1, 64, 48}).to(dtype);
  test::check_network<PathologyEnsemble>(
      golden(), "pathology_ensemble", narrow_ensemble, dtype,
      [&](const PathologyEnsemble& net) { return all_logits(net.forward(image, mask)); });
}

// Where oneDNN has the convolutions, nothing may need reference.
ExecutionScope fast_backends() {
  return ExecutionScope({.strict = find_backend("onednn") != nullptr});
}

} // namespace

TEST_CASE("ResNets have the gradients of torchvision's") {
  const ExecutionScope scope = fast_backends();
  check_resnets(DType::f32);
}

TEST_CASE("dilated ResNets give what torchvision's give") {
  const ExecutionScope scope = fast_backends();
  check_dilated(DType::f32);
}

TEST_CASE("ResNets with squeeze and excitation give what timm's give") {
  const ExecutionScope scope = fast_backends();
  check_squeezed(DType::f32);
}

TEST_CASE("DenseNets give what torchvision's give") {
  const ExecutionScope scope = fast_backends();
  check_densenet(DType::f32);
  check_recorded<DenseNet>("densenet121", densenet121(), {1, 3, 64, 96}, DType::f32);
  check_recorded<DenseNet>("densenet201", densenet201(), {1, 3, 96, 64}, DType::f32);
}

TEST_CASE("the dilated attention ResNet gives what its twin in PyTorch gives") {
  const ExecutionScope scope = fast_backends();
  check_dilated_attention(DType::f32);
}

TEST_CASE("the pathology ensemble gives what its twin in PyTorch gives") {
  const ExecutionScope scope = fast_backends();
  check_pathology_ensemble(DType::f32);
}

TEST_CASE("classifiers give what they should, in f64 on the reference backend", "[slow]") {
  const ExecutionScope scope({.backend = "reference"});
  check_resnets(DType::f64);
  check_dilated(DType::f64);
  check_squeezed(DType::f64);
  check_densenet(DType::f64);
  check_dilated_attention(DType::f64);
  check_pathology_ensemble(DType::f64);
}

TEST_CASE("full-size classifiers have as many parameters as torchvision's, timm's or their twins") {
  const nn::SafeTensors recorded = golden();
  for (const char* name :
       {"resnet18", "resnet34", "resnet50", "resnet101", "resnet152", "resnet50_half", "resnet50_dilated",
        "seresnet50", "densenet121", "densenet201", "dilated_attention_resnet50", "pathology_ensemble_thesis",
        "pathology_ensemble_half"}) {
    INFO(name);
    CHECK(make_network(name).module->parameter_count() ==
          recorded.tensor(concat(name, ".parameters")).item<std::int64_t>());
  }
}

TEST_CASE("the thesis' pathology ensemble has the parameters that its listing says") {
  // Seed 003, listing 7.12: three ResNet-50 whose 2048 features each are joined, dense layers of 512, 256 and
  // 128, and one output.
  const std::int64_t dense = 6144 * 512 + 512 + 512 * 256 + 256 + 256 * 128 + 128 + 128 + 1;
  const std::int64_t branch = 25'557'032 - (2048 * 1000 + 1000); // torchvision's without its classifier
  const PathologyEnsemble net(pathology_ensemble_thesis());
  CHECK(net.parameter_count() == 3 * branch + dense);
  CHECK(net.parameter_count() == 73'834'689);
}

TEST_CASE("a dilated ResNet keeps the resolution where its stride is replaced") {
  ResNet net({.width_factor = 0.125,
              .replace_stride_with_dilation = {false, true, true},
              .input_channels = 1,
              .num_classes = 0});
  load_by_formula(net);
  const auto stages = net.features(nn::formula_tensor("x", {1, 1, 64, 40}));
  CHECK(stages[1].shape() == Shape({1, 64, 8, 5}));
  CHECK(stages[2].shape() == Shape({1, 128, 8, 5}));
  CHECK(stages[3].shape() == Shape({1, 256, 8, 5}));
}

TEST_CASE("state names of classifiers are torchvision's and timm's") {
  const auto has = [](const nn::Module& net, std::initializer_list<const char*> names) {
    std::set<std::string> known;
    for (const auto& entry : net.state()) known.insert(entry.name);
    for (const char* name : names) {
      INFO(name);
      CHECK(known.contains(name));
    }
    return known.size();
  };
  CHECK(has(DenseNet(densenet121()),
            {"features.conv0.weight", "features.norm0.running_var",
             "features.denseblock1.denselayer1.norm1.bias", "features.denseblock3.denselayer24.conv2.weight",
             "features.transition3.conv.weight", "features.norm5.weight", "classifier.bias"}) ==
        120 + 121 * 4 + 2);
  CHECK(has(ResNet({.se_reduction = 16}), {"layer1.0.se.fc1.weight", "layer4.2.se.fc2.bias"}) ==
        53 + 53 * 4 + 2 + 16 * 4);
}

TEST_CASE("the pathology ensemble looks at the crop, at its margin and at its shape") {
  PathologyEnsembleConfig config = narrow_ensemble;
  config.shape_classes = config.margin_classes = config.birads_classes = 0;
  PathologyEnsemble net(config);
  load_by_formula(net);
  const Tensor image = nn::formula_tensor("image", {1, 1, 32, 32});
  const Tensor nothing = Tensor::zeros({1, 1, 32, 32});
  const Tensor everything = Tensor::full({1, 1, 32, 32}, 1);
  const PathologyOutput y = net.forward(image, nothing);
  CHECK(y.pathology.shape() == Shape({1, 1}));
  CHECK_FALSE(y.shape.defined());
  CHECK_FALSE(y.margin.defined());
  CHECK_FALSE(y.birads.defined());

  // With a mask of nothing the margin's branch sees the crop and the shape's sees zeros; with one of
  // everything it is the other way round. So with these two branches' weights exchanged, and their places in
  // the first dense layer, both masks give the same.
  nn::StateDict weights = net.state_dict();
  nn::StateDict exchanged;
  for (const auto& [name, tensor] : weights) {
    std::string other = name;
    if (name.starts_with("margin.")) other.replace(0, 6, "shape");
    if (name.starts_with("shape.")) other.replace(0, 5, "margin");
    exchanged[other] = tensor;
  }
  const Tensor& dense = weights.at("dense.0.weight");
  const std::int64_t third = dense.size(1) / 3;
  exchanged["dense.0.weight"] =
      concatenate(std::array{slice(dense, 1, 0, third), slice(dense, 1, 2 * third, 3 * third),
                             slice(dense, 1, third, 2 * third)},
                  1);
  PathologyEnsemble other(config);
  other.load_state_dict(exchanged);
  test::check_equal({{"pathology", other.forward(image, everything).pathology, y.pathology}}, 1e-5);
  CHECK(test::as_doubles(net.forward(image, everything).pathology) != test::as_doubles(y.pathology));

  CHECK_THROWS_WITH(net.forward(image, Tensor::zeros({1, 1, 32, 16})),
                    Catch::Contains("mask [1, 1, 32, 16], expected [1, 1, 32, 32]"));
  CHECK_THROWS_AS(net.forward(Tensor::zeros({1, 32, 32}), nothing), ShapeError);
}

TEST_CASE("dropout of the pathology ensemble draws in training and not at inference") {
  PathologyEnsembleConfig config = narrow_ensemble;
  config.dropout = 0.3;
  PathologyEnsemble net(config);
  load_by_formula(net);
  const Tensor image = nn::formula_tensor("image", {2, 1, 64, 64});
  const Tensor mask = Tensor::full({2, 1, 64, 64}, 1);
  const auto logits = [&] { return test::as_doubles(all_logits(net.forward(image, mask))); };
  CHECK(logits() == logits());
  net.train();
  CHECK(logits() != logits());
}

TEST_CASE("the zoo gives the pathology ensemble's inputs and heads their names") {
  const Network network = parse_network(
      R"({"architecture": "pathology_ensemble", "network": {"dense_features": [8], "margin_classes": 5,)"
      R"( "branch": {"depth": 18, "width_factor": 0.125, "input_channels": 1, "num_classes": 0}}})",
      "");
  REQUIRE(network.inputs.size() == 2);
  CHECK(network.inputs[0].name == "image");
  CHECK(network.inputs[0].shape == Shape{1, 1, 256, 256});
  CHECK(network.inputs[1].name == "mask");
  CHECK(network.inputs[1].shape == Shape{1, 1, 256, 256});
  load_by_formula(*network.module);
  const Tensor x = nn::formula_tensor("x", {2, 1, 32, 32});
  const auto outputs = network.forward(std::vector{x, x});
  REQUIRE(outputs.size() == 2);
  CHECK(outputs[0].name == "pathology");
  CHECK(outputs[0].tensor.shape() == Shape{2, 1});
  CHECK(outputs[1].name == "margin");
  CHECK(outputs[1].tensor.shape() == Shape{2, 5});
}

TEST_CASE("configurations of classifiers survive being written and read") {
  const ResNetConfig resnet{.depth = 101,
                            .width_factor = 0.5,
                            .stride_on_1x1 = true,
                            .replace_stride_with_dilation = {false, true, true},
                            .se_reduction = 8,
                            .input_channels = 1,
                            .frozen_norm = true,
                            .norm_eps = 1e-3,
                            .num_classes = 0};
  test::check_written_and_read(resnet);
  test::check_written_and_read(DenseNetConfig{.input_channels = 1,
                                              .num_classes = 2,
                                              .growth_rate = 4,
                                              .blocks = {5, 6},
                                              .init_features = 7,
                                              .bottleneck_factor = 8});
  test::check_written_and_read(DilatedAttentionResNetConfig{.input_channels = 1,
                                                            .num_classes = 2,
                                                            .stem_channels = 8,
                                                            .stage_blocks = {1, 2, 3, 4},
                                                            .attention_reduction = 5});
  test::check_written_and_read(PathologyEnsembleConfig{.branch = resnet,
                                                       .dense_features = {4, 5},
                                                       .dropout = 0.1,
                                                       .shape_classes = 6,
                                                       .margin_classes = 7,
                                                       .birads_classes = 8});
  CHECK_THROWS_WITH(
      parse_network(R"({"architecture": "resnet", "network": {"replace_stride_with_dilation": [true]}})", ""),
      Catch::Contains("network.replace_stride_with_dilation is [true], expected an array of 3"));
}

TEST_CASE("classifiers that are none are refused") {
  CHECK_THROWS_WITH(ResNet({.depth = 34, .replace_stride_with_dilation = {false, false, true}}),
                    Catch::Contains("ResNet-34 with dilation"));
  CHECK_THROWS_AS(ResNet({.se_reduction = -1}), ArgumentError);
  CHECK_THROWS_AS(DenseNet({.num_classes = 0}), ArgumentError);
  CHECK_THROWS_AS(DenseNet({.growth_rate = 0}), ArgumentError);
  CHECK_THROWS_AS(DenseNet({.blocks = {}}), ArgumentError);
  CHECK_THROWS_WITH(DenseNet({.blocks = {6, 0}}), Catch::Contains("layers of a block 0, expected 1 to 256"));
  CHECK_THROWS_AS(DilatedAttentionResNet({.stage_blocks = {3, 4, 6}}), ArgumentError);
  CHECK_THROWS_AS(DilatedAttentionResNet({.attention_reduction = 0}), ArgumentError);
  CHECK_THROWS_AS(PathologyEnsemble({.branch = {.num_classes = 1}}), ArgumentError);
  CHECK_THROWS_AS(PathologyEnsemble({.dense_features = {}}), ArgumentError);
  CHECK_THROWS_AS(PathologyEnsemble({.dropout = 1}), ArgumentError);
  CHECK_THROWS_AS(PathologyEnsemble({.birads_classes = -1}), ArgumentError);
}
