#include "mammo/core/file.hpp"
#include "mammo/nn/batch_norm.hpp"
#include "mammo/nn/conv2d.hpp"
#include "mammo/nn/formula.hpp"
#include "mammo/nn/linear.hpp"
#include "mammo/nn/onnx.hpp"
#include "mammo/ops/boxes.hpp"
#include "mammo/ops/elementwise.hpp"
#include "mammo/ops/interpolation.hpp"
#include "mammo/ops/normalization.hpp"
#include "mammo/ops/pooling.hpp"
#include "mammo/ops/views.hpp"
#include "nn/onnx_model.hpp"
#include "nn/protobuf.hpp"
#include "tests/support/files.hpp"

#include <algorithm>
#include <string>
#include <vector>

#include <catch2/catch.hpp>

using namespace mammo;
using nn::NamedTensor;
using nn::OnnxModel;
using nn::OnnxNode;
using nn::ProtobufMessage;
using Names = std::vector<std::string>;

namespace {

class Net : public nn::Module {
 public:
  Net()
      : conv_({.in_channels = 2, .out_channels = 4, .kernel = {3, 5}, .stride = {2, 1}, .padding = {1, 2}}),
        norm_({.channels = 4}),
        classes_({.in_features = 4, .out_features = 3}) {
    add("conv", conv_);
    add("norm", norm_);
    add("classes", classes_);
    load_by_formula(*this);
  }

  nn::Conv2d conv_;
  nn::BatchNorm2d norm_;
  nn::Linear classes_;
};

template <class F>
OnnxModel exported(const Net& net, const F& forward, const Shape& shape) {
  const std::vector<NamedTensor> examples{{"x", nn::formula_tensor("x", shape)}};
  return to_onnx(nn::trace(
      net,
      [&](std::span<const Tensor> inputs) { return std::vector<NamedTensor>{{"y", forward(inputs[0])}}; },
      examples));
}

std::vector<std::string> operators(const OnnxModel& model) {
  std::vector<std::string> types;
  for (const OnnxNode& node : model.nodes) types.push_back(node.op_type);
  return types;
}

std::vector<std::int64_t> integers(const OnnxNode& node, const std::string& attribute) {
  const auto found = std::ranges::find(node.attributes, attribute, &nn::OnnxAttribute::name);
  REQUIRE(found != node.attributes.end());
  return std::get<std::vector<std::int64_t>>(found->value);
}

// One operation from x to y.
template <class F>
std::vector<std::string> form_of(const F& forward, const Shape& shape) {
  static const Net net;
  return operators(exported(net, forward, shape));
}

std::string hexadecimal(const std::string& bytes) {
  std::string text;
  for (const char byte : bytes) {
    for (const int shift : {4, 0})
      text += "0123456789abcdef"[(static_cast<unsigned char>(byte) >> shift) & 0xF];
  }
  return text;
}

} // namespace

// The bytes are worked out in https://protobuf.dev/programming-guides/encoding, but for -1 and 1.5.
TEST_CASE("protobuf messages have the bytes that the format prescribes") {
  ProtobufMessage m;
  m.integer(1, 150);
  CHECK(hexadecimal(m.str()) == "089601");
  ProtobufMessage outer;
  outer.message(3, m);
  CHECK(hexadecimal(outer.str()) == "1a03089601");
  CHECK(outer.size() == 5);
  ProtobufMessage text;
  text.text(2, "testing");
  CHECK(hexadecimal(text.str()) == "120774657374696e67");
  ProtobufMessage packed;
  packed.integers(6, std::vector<std::int64_t>{3, 270, 86942});
  CHECK(hexadecimal(packed.str()) == "3206038e029ea705");
  ProtobufMessage others;
  others.integer(1, -1); // ten bytes: 64 ones, seven a byte
  others.real(2, 1.5F);  // 0x3fc00000
  others.reals(16, std::vector<float>{1.5F});
  CHECK(hexadecimal(others.str()) == "08ffffffffffffffffff01"
                                     "150000c03f"
                                     "8201040000c03f");
}

TEST_CASE("a fused convolution is exported as its parts") {
  const Net net;
  const auto forward = [&](const Tensor& x) {
    const Tensor y = conv_norm(net.conv_, net.norm_, x, Activation::relu);
    const Tensor z = conv_norm(net.conv_, net.norm_, x, Activation::relu, y);
    return net.classes_.forward(flatten(adaptive_average_pool2d(z, 1)), Activation::relu);
  };
  const OnnxModel model = exported(net, forward, {1, 2, 9, 8});
  CHECK(operators(model) ==
        Names{"Conv", "Relu", "Conv", "Add", "Relu", "GlobalAveragePool", "Reshape", "Gemm", "Relu"});
  const OnnxNode& conv = model.nodes[0];
  CHECK(conv.inputs == Names{"x", "conv.weight.folded", "norm.bias.folded"});
  CHECK(conv.name == "conv/Conv");
  CHECK(integers(conv, "kernel_shape") == std::vector<std::int64_t>{3, 5});
  CHECK(integers(conv, "strides") == std::vector<std::int64_t>{2, 1});
  CHECK(integers(conv, "pads") == std::vector<std::int64_t>{1, 2, 1, 2});
  CHECK(model.nodes[2].name == "conv/Conv_2");
  CHECK(model.nodes[3].inputs == Names{"conv/Conv_2", "conv/Relu"});
  CHECK(model.nodes.back().outputs == Names{"y"});

  REQUIRE(model.inputs.size() == 1);
  CHECK(model.inputs[0].name == "x");
  CHECK(model.inputs[0].shape == Shape{1, 2, 9, 8});
  REQUIRE(model.outputs.size() == 1);
  CHECK(model.outputs[0].shape == Shape{1, 3});
  Names weights;
  for (const auto& initializer : model.initializers) weights.push_back(initializer.name);
  CHECK(weights ==
        Names{"conv.weight.folded", "norm.bias.folded", "integers", "classes.weight", "classes.bias"});
}

TEST_CASE("every value of an exported graph is made once, before it is used") {
  const Net net;
  const auto forward = [](const Tensor& x) {
    const Tensor y = gelu(permute(x, {0, 2, 3, 1}));
    return add(y, permute(interpolate_nearest(silu(x), {4, 5}), {0, 2, 3, 1}));
  };
  const OnnxModel model = exported(net, forward, {1, 2, 4, 5});
  std::vector<std::string> known{""};
  for (const auto& input : model.inputs) known.push_back(input.name);
  for (const auto& initializer : model.initializers) known.push_back(initializer.name);
  for (const OnnxNode& node : model.nodes) {
    for (const auto& input : node.inputs) CHECK(std::ranges::count(known, input) == 1);
    for (const auto& output : node.outputs) {
      CHECK(std::ranges::count(known, output) == 0);
      known.push_back(output);
    }
  }
  CHECK(std::ranges::count(known, "y") == 1);
}

TEST_CASE("operations that ONNX has in another form are exported in it") {
  const Shape shape{1, 4, 6, 6};
  const auto ones = Tensor::full({4}, 1);
  CHECK(form_of([](const Tensor& x) { return gelu(x); }, shape) == Names{"Mul", "Erf", "Mul", "Add", "Mul"});
  CHECK(form_of([](const Tensor& x) { return silu(x); }, shape) == Names{"Sigmoid", "Mul"});
  CHECK(form_of([&](const Tensor& x) { return group_norm(x, ones, ones, {.groups = 2}); }, shape) ==
        Names{"Reshape", "InstanceNormalization", "Reshape", "Reshape", "Mul", "Reshape", "Add"});
  CHECK(form_of([](const Tensor& x) { return adaptive_average_pool2d(x, 3); }, shape) ==
        Names{"AveragePool"});
  CHECK(form_of([](const Tensor& x) { return adaptive_average_pool2d(x, 4); }, shape) ==
        Names{"MatMul", "MatMul"});
  CHECK(form_of([](const Tensor& x) { return interpolate_nearest(x, 12); }, shape) == Names{"Resize"});
  CHECK(form_of([](const Tensor& x) { return interpolate_nearest(x, 7); }, shape) ==
        Names{"Gather", "Gather"});
  CHECK(form_of([](const Tensor& x) { return select(slice(x, 2, 1, -1, 2), -1, -1); }, shape) ==
        Names{"Slice", "Gather"});
}

TEST_CASE("an operation without an ONNX form is named with its layer") {
  const Net net;
  const auto forward = [&](const Tensor& x) { return adaptive_max_pool2d(net.conv_.forward(x), 3); };
  CHECK_THROWS_WITH(
      exported(net, forward, {1, 2, 9, 7}),
      "ONNX export: adaptive_pool2d after conv of maxima over windows of different sizes has no "
      "ONNX form");
  const Tensor anchors = Tensor::full({5, 4}, 1);
  CHECK_THROWS_WITH(exported(net, [&](const Tensor& x) { return box_decode(x, anchors); }, {5, 4}),
                    "ONNX export: box_decode before the first layer has no ONNX form");
}

TEST_CASE("outputs keep their names, even where two are the same") {
  const Net net;
  const std::vector<NamedTensor> examples{{"x", nn::formula_tensor("x", {2, 3})}};
  const OnnxModel model = to_onnx(nn::trace(
      net,
      [&](std::span<const Tensor> inputs) {
        const Tensor y = exp(inputs[0]);
        return std::vector<NamedTensor>{{"a", y}, {"b", y}, {"c", inputs[0]}};
      },
      examples));
  CHECK(operators(model) == Names{"Exp", "Identity", "Identity"});
  CHECK(model.nodes[0].outputs == Names{"a"});
  CHECK(model.nodes[1].inputs == Names{"a"});
  CHECK(model.nodes[1].outputs == Names{"b"});
  CHECK(model.nodes[2].inputs == Names{"x"});
}

TEST_CASE("an exported file begins as ONNX and carries its metadata") {
  const Net net;
  const std::vector<NamedTensor> examples{{"x", nn::formula_tensor("x", {1, 4})}};
  const auto trace = nn::trace(
      net,
      [&](std::span<const Tensor> x) { return std::vector<NamedTensor>{{"y", net.classes_.forward(x[0])}}; },
      examples);
  const test::TemporaryFolder folder;
  export_onnx(trace, folder / "net.onnx", {.name = "net", .metadata = {{"config", "{}"}}});
  const std::string bytes = read_text(folder / "net.onnx");
  CHECK(hexadecimal(bytes.substr(0, 9)) == "08081205"
                                           "6d616d6d6f"); // ir_version 8, producer_name "mammo"
  CHECK(hexadecimal(bytes.substr(bytes.size() - 14)) == "720c"
                                                        "0a06"
                                                        "636f6e666967"
                                                        "1202"
                                                        "7b7d");
  CHECK_THROWS_AS(export_onnx(trace, folder / "missing" / "net.onnx"), FileError);
}
