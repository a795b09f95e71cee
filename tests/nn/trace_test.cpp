#include "mammo/nn/attention.hpp"
#include "mammo/nn/batch_norm.hpp"
#include "mammo/nn/conv2d.hpp"
#include "mammo/nn/formula.hpp"
#include "mammo/nn/linear.hpp"
#include "mammo/nn/trace.hpp"
#include "mammo/ops/elementwise.hpp"
#include "mammo/ops/pooling.hpp"
#include "mammo/ops/views.hpp"

#include <string>
#include <vector>

#include <catch2/catch.hpp>

using namespace mammo;
using nn::NamedTensor;
using nn::Trace;
using nn::ValueKind;

namespace {

// A residual block, and a classifier on the mean of its pixels.
class Net : public nn::Module {
 public:
  Net()
      : conv_({.in_channels = 2, .out_channels = 2, .kernel = 3, .padding = 1, .bias = false}),
        norm_({.channels = 2}),
        classes_({.in_features = 2, .out_features = 3}) {
    add("block.conv", conv_);
    add("block.norm", norm_);
    add("classes", classes_);
    load_by_formula(*this);
  }

  Tensor forward(const Tensor& x) const {
    const Tensor y = conv_norm(conv_, norm_, x, Activation::relu, x);
    const Tensor means = flatten(adaptive_average_pool2d(y, 1));
    return classes_.forward(multiply(means, Tensor::full({}, 0.5)));
  }

  nn::Conv2d conv_;
  nn::BatchNorm2d norm_;
  nn::Linear classes_;
};

template <class F>
Trace traced(const nn::Module& module, const F& forward, const Shape& shape) {
  const NamedTensor x{"x", nn::formula_tensor("x", shape)};
  return nn::trace(
      module,
      [&](std::span<const Tensor> inputs) { return std::vector<NamedTensor>{{"y", forward(inputs[0])}}; },
      std::vector{x});
}

Trace traced_net(const Net& net) {
  return traced(net, [&](const Tensor& x) { return net.forward(x); }, {1, 2, 4, 6});
}

std::vector<std::string> inputs_of(const Trace& trace, std::size_t step) {
  std::vector<std::string> names;
  for (const std::size_t input : trace.steps[step].inputs) {
    if (input == Trace::no_value) {
      names.emplace_back("none");
    } else {
      const auto& value = trace.values[input];
      names.push_back(value.kind == ValueKind::result ? concat(value.spec.shape) : value.name);
    }
  }
  return names;
}

} // namespace

TEST_CASE("a trace is the list of what was dispatched, with its views") {
  const Net net;
  const Trace trace = traced_net(net);
  std::vector<std::string> what;
  for (std::size_t i = 0; i < trace.steps.size(); ++i) what.push_back(describe(trace, i));
  CHECK(what == std::vector<std::string>{"conv2d of block.conv", "adaptive_pool2d after block.conv",
                                         "reshape after block.conv", "binary after block.conv",
                                         "linear of classes"});
  using Names = std::vector<std::string>;
  CHECK(inputs_of(trace, 0) == Names{"x", "block.conv.weight.folded", "block.norm.bias.folded", "x"});
  CHECK(inputs_of(trace, 1) == Names{"[1, 2, 4, 6]"});
  CHECK(inputs_of(trace, 2) == Names{"[1, 2, 1, 1]"});
  CHECK(inputs_of(trace, 3) == Names{"[1, 2]", "constant.0"});
  CHECK(inputs_of(trace, 4) == Names{"[1, 2]", "classes.weight", "classes.bias"});
  REQUIRE(trace.outputs.size() == 1);
  CHECK(trace.outputs[0].name == "y");
  CHECK(trace.values[trace.outputs[0].value].spec.shape == Shape{1, 3});

  const auto& weight = trace.values[trace.steps[4].inputs[1]];
  CHECK(weight.kind == ValueKind::state);
  CHECK(weight.tensor.stamp() == net.classes_.weight().stamp());
  CHECK(trace.values[trace.steps[3].inputs[1]].kind == ValueKind::constant);
  CHECK(trace.values[trace.inputs[0]].kind == ValueKind::input);
}

TEST_CASE("a trace counts the products of convolutions and linear layers") {
  const Net net;
  const Trace trace = traced_net(net);
  // 24 pixels of 2 channels, each the sum of 2 x 3 x 3 products; 3 sums of 2.
  CHECK(flops(trace, trace.steps[0]) == 2 * 24 * 2 * 18);
  CHECK(flops(trace, trace.steps[4]) == 2 * 3 * 2);
  CHECK(cost(trace).flops == 2 * 24 * 2 * 18 + 2 * 3 * 2);
  // Folded convolution 36 + 2 numbers, linear layer 6 + 3, the factor 1.
  CHECK(cost(trace).weight_bytes == 4 * (38 + 9 + 1));
}

TEST_CASE("attention counts as its matrix products") {
  nn::MultiHeadSelfAttention attention({.features = 8, .heads = 2});
  load_by_formula(attention);
  const Trace trace = traced(attention, [&](const Tensor& x) { return attention.forward(x); }, {3, 5, 8});
  const std::int64_t projections = 3 * 5 * 8 * 24 + 3 * 5 * 8 * 8;
  const std::int64_t scores = 3 * 2 * 5 * 5 * 4; // and as many for the values
  CHECK(cost(trace).flops == 2 * (projections + 2 * scores));
}

TEST_CASE("memory of results is counted while they are needed") {
  const Net net; // not used: no weights are needed
  const auto chain = [](const Tensor& x) {
    const Tensor a = exp(x);           // 24 floats, live until the end
    const Tensor b = exp(a);           // 24, live until c
    const Tensor c = reshape(b, {24}); // a view
    const Tensor d = exp(c);           // 24
    return add(reshape(a, {24}), d);   // 24
  };
  const Trace trace = traced(net, chain, {4, 6});
  CHECK(cost(trace).result_bytes == 4 * 24 * 4);
  CHECK(cost(trace).peak_result_bytes == 3 * 24 * 4);
}

TEST_CASE("what is no operation of mammo's cannot be traced") {
  const Net net;
  const Shape shape{2, 3};
  CHECK_THROWS_WITH(
      traced(
          net, [](const Tensor& x) { return exp(x.clone()); }, shape),
      Catch::Contains("unary before the first layer takes what was made of the input's elements"));
  CHECK_THROWS_WITH(traced(
                        net, [](const Tensor& x) { return exp(x.transpose(0, 1)); }, shape),
                    Catch::Contains("by other means than mammo's operations"));
  CHECK_THROWS_WITH(
      traced(
          net, [](const Tensor& x) { return x.data<float>()[0] < x.data<float>()[5] ? exp(x) : log(x); },
          shape),
      Catch::Contains("by other means than mammo's operations"));
  CHECK_THROWS_WITH(
      traced(
          net, [](const Tensor& x) { return x.data<float>()[0] < x.data<float>()[5] ? exp(x) : exp(exp(x)); },
          shape),
      Catch::Contains("how many operations"));
  CHECK_THROWS_WITH(traced(
                        net, [](const Tensor& x) { return x.clone(); }, shape),
                    Catch::Contains("output y is no operation's result"));
}

TEST_CASE("a module in training, or without weights, is not traced") {
  Net net;
  net.train();
  CHECK_THROWS_AS(traced_net(net), ArgumentError);
  const nn::Linear empty({.in_features = 2, .out_features = 2});
  CHECK_THROWS_WITH(traced(empty, [&](const Tensor& x) { return empty.forward(x); }, {1, 2}),
                    Catch::Contains("trace of a module without weights (weight)"));
}
