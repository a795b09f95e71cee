#include "mammo/backend/dispatch.hpp"
#include "mammo/models/aunet.hpp"
#include "mammo/models/cascaded_unets.hpp"
#include "mammo/models/connected_unets.hpp"
#include "mammo/models/resnet_unet.hpp"
#include "mammo/models/transres_unet.hpp"
#include "mammo/models/transunet.hpp"
#include "mammo/models/unet.hpp"
#include "models/aunet_fields.hpp"
#include "models/cascaded_unets_fields.hpp"
#include "models/connected_unets_fields.hpp"
#include "models/resnet_unet_fields.hpp"
#include "models/transres_unet_fields.hpp"
#include "models/transunet_fields.hpp"
#include "tests/models/recorded_network.hpp"

#include <catch2/catch.hpp>

using namespace mammo;
using namespace mammo::models;

// tests/goldens/record_segmenters.py recorded what is expected here.
namespace {

template <class Net>
void check_recorded(const std::string& name, const test::ConfigOf<Net>& config, const Shape& input,
                    DType dtype) {
  const nn::SafeTensors golden(test::golden("models/segmenters.safetensors"));
  const Tensor x = nn::formula_tensor(name + ".input", input).to(dtype);
  test::check_network<Net>(golden, name, config, dtype, [&](const Net& net) { return net.forward(x); });
}

void check_resnet18_unet(DType dtype) {
  check_recorded<ResNetUNet>("resnet_unet.18",
                             {.encoder = {.depth = 18, .input_channels = 1, .num_classes = 0},
                              .decoder_channels = {48, 32, 24, 16, 8}},
                             {2, 1, 32, 64}, dtype);
}

void check_resnet50_unet(DType dtype) {
  check_recorded<ResNetUNet>(
      "resnet_unet.50",
      {.encoder = {.depth = 50, .num_classes = 0}, .decoder_channels = {32, 24, 16, 12, 8}, .num_classes = 2},
      {1, 3, 32, 32}, dtype);
}

void check_unets(DType dtype) {
  check_recorded<UNet>("unet.plain", {.channels = {8, 12, 16, 20}}, {2, 1, 32, 24}, dtype);
  check_recorded<UNet>("unet.residual",
                       {.input_channels = 3,
                        .num_classes = 2,
                        .channels = {8, 12, 16, 16},
                        .residual_encoder = true,
                        .residual_decoder = true,
                        .head_kernel = 3},
                       {2, 3, 16, 32}, dtype);
  check_recorded<UNet>("unet.gated", {.channels = {6, 8, 12}, .attention_gates = true}, {2, 1, 24, 16},
                       dtype);
}

void check_transres_unets(DType dtype) {
  check_recorded<TransResUNet>("transres_unet",
                               {.height = 32,
                                .width = 48,
                                .channels = {8, 8, 12, 16},
                                .layers = 2,
                                .heads = 2,
                                .features = 12,
                                .head_features = 5,
                                .mlp_features = 20,
                                .dropout = 0,
                                .output_dropout = 0},
                               {2, 1, 32, 48}, dtype);
  check_recorded<TransResUNet>("transres_unet.equal",
                               {.input_channels = 3,
                                .height = 16,
                                .width = 16,
                                .channels = {8, 8, 12},
                                .layers = 1,
                                .heads = 2,
                                .features = 12,
                                .head_features = 12,
                                .mlp_features = 24,
                                .dropout = 0,
                                .output_dropout = 0},
                               {2, 3, 16, 16}, dtype);
}

void check_others(DType dtype) {
  check_recorded<AUNet>("aunet", {.num_classes = 2, .channels = {8, 12, 16}, .attention_reduction = 4},
                        {2, 1, 16, 24}, dtype);
  check_recorded<ConnectedUNets>("connected_unets", {.channels = {6, 8, 12}, .dilations = {2, 3}},
                                 {2, 1, 24, 16}, dtype);
  check_recorded<ConnectedUNets>(
      "connected_unets.gated",
      {.channels = {6, 8, 12}, .residual = true, .attention_gates = true, .dilations = {2}}, {2, 1, 16, 24},
      dtype);
  check_recorded<TransUNet>("transunet",
                            {.input_channels = 1,
                             .num_classes = 2,
                             .height = 64,
                             .width = 48,
                             .stem_channels = 4,
                             .stage_blocks = {1, 2, 1},
                             .layers = 2,
                             .heads = 2,
                             .features = 8,
                             .mlp_features = 16,
                             .dropout = 0,
                             .decoder_channels = {12, 10, 8, 8, 6}},
                            {2, 1, 64, 48}, dtype);
  check_recorded<CascadedUNets>("cascaded_unets",
                                {.scales = 3, .unet = {.num_classes = 2, .channels = {6, 8, 12}}},
                                {2, 1, 32, 48}, dtype);
}

// Where oneDNN has the convolutions, nothing may need reference.
ExecutionScope fast_backends() {
  return ExecutionScope({.strict = find_backend("onednn") != nullptr});
}

std::int64_t recorded_count(const std::string& name) {
  return nn::SafeTensors(test::golden("models/segmenters.safetensors"))
      .tensor(name + ".parameters")
      .item<std::int64_t>();
}

} // namespace

TEST_CASE("U-Nets on ResNets give what segmentation-models-pytorch's give") {
  const ExecutionScope scope = fast_backends();
  check_resnet18_unet(DType::f32);
  check_resnet50_unet(DType::f32);
}

TEST_CASE("U-Nets on ResNets give what segmentation-models-pytorch's give, in f64 on the reference backend",
          "[slow]") {
  const ExecutionScope scope({.backend = "reference"});
  check_resnet18_unet(DType::f64);
  check_resnet50_unet(DType::f64);
}

TEST_CASE("U-Nets give what their twins in PyTorch give") {
  const ExecutionScope scope = fast_backends();
  check_unets(DType::f32);
}

TEST_CASE("U-Nets with a transformer beside them give what their twins in PyTorch give") {
  const ExecutionScope scope = fast_backends();
  check_transres_unets(DType::f32);
}

TEST_CASE("AUNet, Connected-UNets, TransUNet and cascades give what their twins in PyTorch give") {
  const ExecutionScope scope = fast_backends();
  check_others(DType::f32);
}

TEST_CASE("U-Nets give what their twins give, in f64 on the reference backend") {
  const ExecutionScope scope({.backend = "reference"});
  check_unets(DType::f64);
}

TEST_CASE(
    "U-Nets with a transformer beside them give what their twins give, in f64 on the reference backend") {
  const ExecutionScope scope({.backend = "reference"});
  check_transres_unets(DType::f64);
}

TEST_CASE(
    "AUNet, Connected-UNets, TransUNet and cascades give what their twins give, in f64 on the reference "
    "backend") {
  const ExecutionScope scope({.backend = "reference"});
  check_others(DType::f64);
}

TEST_CASE("the thesis' transformer has the parameters that its listing says") {
  // Seed 003, listing 7.9: patches of 16 x 16 x 3 into 512 features, 256 positions; in each layer two norms,
  // four dense layers between 512 and 4 heads of 512, and two between 512 and 1024; a last norm.
  const std::int64_t patches = 16 * 16 * 3 * 512 + 512 + 256 * 512;
  const std::int64_t attention = 3 * (512 * 2048 + 2048) + 2048 * 512 + 512;
  const std::int64_t layer = 4 * 512 + attention + 512 * 1024 + 1024 + 1024 * 512 + 512;
  const TransResUNet net(transres_unet_thesis());
  CHECK(net.transformer().parameter_count() == patches + 8 * layer + 2 * 512);
  CHECK(net.transformer().parameter_count() == 42'550'784);
  CHECK(net.parameter_count() == UNet(residual_unet()).parameter_count() + 42'550'784);
  CHECK(net.parameter_count() == recorded_count("transres_unet.thesis"));
}

TEST_CASE("full-size segmenters have as many parameters as their twins") {
  CHECK(ResNetUNet({}).parameter_count() == recorded_count("resnet_unet.full"));
  CHECK(UNet({}).parameter_count() == recorded_count("unet.full"));
  CHECK(UNet(residual_unet()).parameter_count() == recorded_count("residual_unet.full"));
  CHECK(TransResUNet(transres_unet_slim()).parameter_count() == recorded_count("transres_unet.slim"));
  CHECK(TransResUNet(transres_unet_slim()).parameter_count() <= 15'000'000);
  CHECK(AUNet({}).parameter_count() == recorded_count("aunet.full"));
  CHECK(ConnectedUNets({}).parameter_count() == recorded_count("connected_unets.full"));
  CHECK(TransUNet({}).parameter_count() == recorded_count("transunet.full"));
  CHECK(CascadedUNets({}).parameter_count() == recorded_count("cascaded_unets.full"));
}

TEST_CASE("U-Nets with a transformer take 256 x 256 pixels and give as many logits", "[slow]") {
  for (const TransResUNetConfig& config : {transres_unet_thesis(), transres_unet_slim()}) {
    TransResUNet net(config);
    load_by_formula(net);
    const NoGrad off;
    const Tensor x = nn::formula_tensor("x", {1, config.input_channels, 256, 256});
    CHECK(net.transformer().forward(x).shape() == Shape({1, 512, 16, 16}));
    CHECK(net.forward(x).shape() == Shape({1, 1, 256, 256}));
  }
}

TEST_CASE("a cascade gives logits at every scale") {
  CascadedUNets net({.scales = 3, .unet = {.channels = {4, 8}}});
  load_by_formula(net);
  const auto scales = net.forward_scales(nn::formula_tensor("x", {1, 1, 16, 24}));
  REQUIRE(scales.size() == 3);
  CHECK(scales[0].shape() == Shape({1, 1, 4, 6}));
  CHECK(scales[1].shape() == Shape({1, 1, 8, 12}));
  CHECK(scales[2].shape() == Shape({1, 1, 16, 24}));
}

TEST_CASE("dropout of the transformer draws in training and not at inference") {
  TransResUNet net({.height = 16,
                    .width = 16,
                    .channels = {4, 4, 4},
                    .layers = 1,
                    .heads = 1,
                    .features = 4,
                    .head_features = 4,
                    .mlp_features = 4,
                    .dropout = 0.5});
  load_by_formula(net);
  const Tensor x = nn::formula_tensor("x", {2, 1, 16, 16});
  CHECK(test::as_doubles(net.forward(x)) == test::as_doubles(net.forward(x)));
  net.train();
  CHECK(test::as_doubles(net.forward(x)) != test::as_doubles(net.forward(x)));
}

TEST_CASE("pixel shuffle lays channels out as pixels") {
  const Tensor x = Tensor::from({0.0F, 1.0F, 2.0F, 3.0F, 4.0F, 5.0F, 6.0F, 7.0F}, {1, 4, 1, 2});
  const Tensor y = pixel_shuffle(x, 2);
  CHECK(y.shape() == Shape({1, 1, 2, 4}));
  CHECK(test::as_doubles(y) == std::vector<double>{0, 2, 1, 3, 4, 6, 5, 7});
  CHECK_THROWS_AS(pixel_shuffle(x, 3), ShapeError);
}

TEST_CASE("pictures that are no multiple of the deepest stride are refused by their size") {
  UNet net({.channels = {4, 8, 8}});
  load_by_formula(net);
  CHECK_THROWS_WITH(net.forward(Tensor::zeros({1, 1, 34, 36})),
                    Catch::Contains("34 x 36") && Catch::Contains("multiples of 4"));
  CHECK_THROWS_AS(net.forward(Tensor::zeros({1, 36, 36})), ShapeError);
  CHECK_THROWS_AS(net.forward(Tensor::zeros({1, 2, 36, 36})), ShapeError);
  ResNetUNet on_resnet({.encoder = {.depth = 18, .num_classes = 0}});
  CHECK_THROWS_AS(on_resnet.forward(Tensor::zeros({1, 3, 48, 64})), ShapeError);
  TransResUNet fixed(transres_unet_slim());
  CHECK_THROWS_WITH(fixed.forward(Tensor::zeros({1, 1, 128, 256})), Catch::Contains("expected 256 x 256"));
  TransUNet trans({});
  CHECK_THROWS_AS(trans.forward(Tensor::zeros({1, 3, 256, 256})), ShapeError);
  AUNet au({});
  CHECK_THROWS_AS(au.forward(Tensor::zeros({1, 1, 24, 32})), ShapeError);
  ConnectedUNets connected({});
  CHECK_THROWS_AS(connected.forward(Tensor::zeros({1, 1, 24, 32})), ShapeError);
  CascadedUNets cascade({});
  CHECK_THROWS_WITH(cascade.forward(Tensor::zeros({1, 1, 32, 40})), Catch::Contains("multiples of 32"));
}

TEST_CASE("segmenters that are none are refused") {
  CHECK_THROWS_AS(UNet({.channels = {32}}), ArgumentError);
  CHECK_THROWS_AS(UNet({.channels = {32, 0}}), ArgumentError);
  CHECK_THROWS_AS(UNet({.input_channels = 0}), ArgumentError);
  CHECK_THROWS_AS(UNet({.num_classes = 0}), ArgumentError);
  CHECK_THROWS_AS(UNet({.head_kernel = 2}), ArgumentError);
  CHECK_THROWS_AS(ResNetUNet({.encoder = {.depth = 18}}), ArgumentError);
  CHECK_THROWS_AS(
      ResNetUNet({.encoder = {.replace_stride_with_dilation = {false, true, true}, .num_classes = 0}}),
      ArgumentError);
  CHECK_THROWS_AS(ResNetUNet({.decoder_channels = {256, 128}}), ArgumentError);
  CHECK_THROWS_AS(TransResUNet({.height = 250}), ArgumentError);
  CHECK_THROWS_AS(TransResUNet({.heads = 0}), ArgumentError);
  CHECK_THROWS_AS(TransResUNet({.dropout = 1}), ArgumentError);
  CHECK_THROWS_AS(AUNet({.attention_reduction = 0}), ArgumentError);
  CHECK_THROWS_AS(ConnectedUNets({.dilations = {0}}), ArgumentError);
  CHECK_THROWS_AS(TransUNet({.heads = 7}), ArgumentError);
  CHECK_THROWS_AS(TransUNet({.stage_blocks = {3, 4}}), ArgumentError);
  CHECK_THROWS_AS(CascadedUNets({.scales = 0}), ArgumentError);
}

TEST_CASE("configurations of segmenters survive being written and read") {
  const UNetConfig unet{.input_channels = 2,
                        .num_classes = 3,
                        .channels = {4, 5},
                        .residual_encoder = true,
                        .residual_decoder = true,
                        .attention_gates = true,
                        .head_kernel = 3};
  test::check_written_and_read(unet);
  test::check_written_and_read(ResNetUNetConfig{
      .encoder = {.depth = 18, .num_classes = 0}, .decoder_channels = {5, 4, 3, 2, 1}, .num_classes = 2});
  test::check_written_and_read(TransResUNetConfig{.input_channels = 2,
                                                  .num_classes = 3,
                                                  .height = 64,
                                                  .width = 128,
                                                  .channels = {4, 5},
                                                  .layers = 6,
                                                  .heads = 7,
                                                  .features = 8,
                                                  .head_features = 9,
                                                  .mlp_features = 10,
                                                  .dropout = 0.2,
                                                  .output_dropout = 0.3});
  test::check_written_and_read(
      AUNetConfig{.input_channels = 2, .num_classes = 3, .channels = {4, 5}, .attention_reduction = 6});
  test::check_written_and_read(ConnectedUNetsConfig{.input_channels = 2,
                                                    .num_classes = 3,
                                                    .channels = {4, 5},
                                                    .residual = true,
                                                    .attention_gates = true,
                                                    .dilations = {2}});
  test::check_written_and_read(TransUNetConfig{.input_channels = 1,
                                               .num_classes = 2,
                                               .height = 64,
                                               .width = 128,
                                               .stem_channels = 8,
                                               .stage_blocks = {1, 2, 3},
                                               .layers = 4,
                                               .heads = 2,
                                               .features = 6,
                                               .mlp_features = 7,
                                               .dropout = 0.3,
                                               .decoder_channels = {5, 4, 3, 2, 1}});
  test::check_written_and_read(CascadedUNetsConfig{.scales = 2, .unet = unet});
}
