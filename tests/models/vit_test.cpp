#include "mammo/backend/dispatch.hpp"
#include "mammo/models/vit.hpp"
#include "mammo/models/zoo.hpp"
#include "mammo/ops/elementwise.hpp"
#include "mammo/ops/reduction.hpp"
#include "models/vit_fields.hpp"
#include "tests/models/recorded_gradients.hpp"
#include "tests/models/sampled.hpp"
#include "tests/support/files.hpp"

#include <catch2/catch.hpp>

using namespace mammo;
using models::VisionTransformer;
using models::VisionTransformerConfig;

// tests/goldens/record_vit.py recorded what is expected here.
namespace {

const VisionTransformerConfig small{.input_channels = 1,
                                    .num_classes = 5,
                                    .height = 32,
                                    .width = 48,
                                    .patch = 16,
                                    .layers = 2,
                                    .heads = 3,
                                    .features = 24,
                                    .mlp_features = 96};
const VisionTransformerConfig deep{.input_channels = 3,
                                   .num_classes = 2,
                                   .height = 24,
                                   .width = 16,
                                   .patch = 8,
                                   .layers = 5,
                                   .heads = 2,
                                   .features = 16,
                                   .mlp_features = 32};

// Logits and tokens, and where they were recorded every parameter's gradient.
void check_recorded(const std::string& name, const VisionTransformerConfig& config, std::int64_t batch,
                    DType dtype) {
  INFO(name);
  const nn::SafeTensors golden(test::golden("models/vit.safetensors"));
  VisionTransformer net(config);
  CHECK(net.parameter_count() == golden.tensor(name + ".parameters").item<std::int64_t>());
  net.to(dtype);
  load_by_formula(net);
  const Shape shape{batch, config.input_channels, config.height, config.width};
  const Tensor x = nn::formula_tensor(name + ".input", shape).to(dtype);
  test::check_sampled(golden, {{name + ".logits", net.forward(x)}});
  test::check_sampled(golden, {{name + ".tokens", net.features(x)}});
  if (!golden.contains(name + ".gradients")) return;
  net.set_trainable("*");
  const Tensor y = net.forward(x);
  backward(sum(multiply(y, nn::formula_tensor(name + ".weight", y.shape()).to(dtype))));
  test::check_gradients(golden.tensor(name + ".gradients"), net);
}

} // namespace

TEST_CASE("vision transformers give what timm's give") {
  const ExecutionScope scope({.strict = find_backend("onednn") != nullptr});
  check_recorded("vit", small, 2, DType::f32);
  check_recorded("vit.deep", deep, 1, DType::f32);
}

TEST_CASE("vision transformers give what timm's give, in f64 on the reference backend") {
  const ExecutionScope scope({.backend = "reference"});
  check_recorded("vit", small, 2, DType::f64);
  check_recorded("vit.deep", deep, 1, DType::f64);
}

TEST_CASE("ViT-Tiny and ViT-Small give what timm's give") {
  check_recorded("vit_tiny", models::vit_tiny(), 1, DType::f32);
  check_recorded("vit_small", models::vit_small(), 1, DType::f32);
}

TEST_CASE("state names of a vision transformer are timm's, in timm's order") {
  VisionTransformerConfig config = small;
  config.layers = 1;
  std::vector<std::string> names;
  for (const auto& entry : VisionTransformer(config).state()) names.push_back(entry.name);
  CHECK(names == std::vector<std::string>{"cls_token",
                                          "pos_embed",
                                          "patch_embed.proj.weight",
                                          "patch_embed.proj.bias",
                                          "blocks.0.norm1.weight",
                                          "blocks.0.norm1.bias",
                                          "blocks.0.attn.qkv.weight",
                                          "blocks.0.attn.qkv.bias",
                                          "blocks.0.attn.proj.weight",
                                          "blocks.0.attn.proj.bias",
                                          "blocks.0.norm2.weight",
                                          "blocks.0.norm2.bias",
                                          "blocks.0.mlp.fc1.weight",
                                          "blocks.0.mlp.fc1.bias",
                                          "blocks.0.mlp.fc2.weight",
                                          "blocks.0.mlp.fc2.bias",
                                          "norm.weight",
                                          "norm.bias",
                                          "head.weight",
                                          "head.bias"});
}

TEST_CASE("a vision transformer's configuration survives being written and read") {
  models::VisionTransformerConfig read;
  models::JsonReader::read(models::Json::parse(models::JsonWriter::write(deep).dump()), "network", read);
  CHECK(read == deep);
  CHECK(models::make_network("vit_small_patch16_224").module->parameter_count() ==
        VisionTransformer(models::vit_small()).parameter_count());
}

TEST_CASE("vision transformers and pictures that do not fit are refused") {
  CHECK_THROWS_WITH(VisionTransformer({.heads = 5}), Catch::Contains("192 features for 5 heads"));
  CHECK_THROWS_WITH(VisionTransformer({.height = 230}), Catch::Contains("230 x 224"));
  CHECK_THROWS_AS(VisionTransformer({.num_classes = 0}), ArgumentError);
  CHECK_THROWS_AS(VisionTransformer({.patch = 0}), ArgumentError);
  VisionTransformer net(small);
  CHECK_THROWS_AS(net.forward(Tensor::zeros({1, 1, 32, 48})), TypeError);
  load_by_formula(net);
  CHECK_THROWS_WITH(net.forward(Tensor::zeros({1, 1, 48, 32})), Catch::Contains("expected [N, 1, 32, 48]"));
  CHECK_THROWS_AS(net.forward(Tensor::zeros({1, 2, 32, 48})), ShapeError);
}
