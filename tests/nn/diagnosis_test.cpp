#include "mammo/nn/conv2d.hpp"
#include "mammo/nn/diagnosis.hpp"
#include "mammo/nn/formula.hpp"
#include "mammo/nn/linear.hpp"
#include "mammo/ops/autograd.hpp"
#include "mammo/ops/elementwise.hpp"
#include "mammo/ops/reduction.hpp"

#include <cmath>
#include <limits>

#include <catch2/catch.hpp>

using namespace mammo;

namespace {

class Net : public nn::Module {
 public:
  Net() : first_({.in_features = 2, .out_features = 3}), second_({.in_features = 3, .out_features = 1}) {
    add("body.first", first_);
    add("second", second_);
    load_by_formula(*this);
    set_trainable("*");
  }

  Tensor forward(const Tensor& x) const { return second_.forward(exp(first_.forward(x))); }

  void set(const std::string& parameter, float value) {
    Tensor tensor = state_dict().at(parameter);
    tensor.mutable_data<float>()[0] = value;
  }

 private:
  nn::Linear first_;
  nn::Linear second_;
};

const Tensor x = Tensor::full({1, 2}, 1);

} // namespace

TEST_CASE("a run with finite numbers has nothing to tell") {
  const Net net;
  CHECK_FALSE(first_non_finite(net, [&] { backward(sum(net.forward(x))); }));
}

TEST_CASE("a poisoned weight is found, with its layer") {
  Net net;
  net.set("second.weight", NAN);
  const auto found = first_non_finite(net, [&] { net.forward(x); });
  REQUIRE(found);
  CHECK(found->operation == "linear");
  CHECK(found->layer == "second");
  CHECK_FALSE(found->is_after);
  CHECK(found->cause == "second.weight");
  CHECK(found->message() ==
        "linear of second is the first operation with numbers that are not finite: second.weight "
        "was given so");
}

TEST_CASE("a poisoned weight is found even where a fused ReLU makes a number of NaN") {
  nn::Conv2d conv({.in_channels = 8, .out_channels = 8, .kernel = 3});
  load_by_formula(conv);
  Tensor weight = conv.weight();
  weight.mutable_data<float>()[5] = NAN;
  const auto found =
      first_non_finite(conv, [&] { conv.forward(Tensor::zeros({1, 8, 9, 9}), Activation::relu); });
  REQUIRE(found);
  CHECK(found->cause == "weight");
}

TEST_CASE("an overflow between two layers is found after the first of them") {
  Net net;
  net.set("body.first.bias", 1000);
  const auto found = first_non_finite(net, [&] { net.forward(x); });
  REQUIRE(found);
  CHECK(found->operation == "unary");
  CHECK(found->layer == "body.first");
  CHECK(found->is_after);
  CHECK(found->cause.empty());
  CHECK(
      found->message() ==
      "unary after body.first is the first operation with numbers that are not finite, made of finite ones");
}

TEST_CASE("an input that is not finite is told from what the network makes") {
  const Net net;
  const auto found = first_non_finite(net, [&] { net.forward(Tensor::full({1, 2}, NAN)); });
  REQUIRE(found);
  CHECK(found->layer == "body.first");
  CHECK(found->cause == "an input of the network");
  const auto before = first_non_finite(net, [&] { net.forward(log(Tensor::full({1, 2}, -1))); });
  REQUIRE(before);
  CHECK(before->message() == "unary before the first layer is the first operation with numbers that are not "
                             "finite, made of finite ones");
}

TEST_CASE("a gradient that is not finite is found in the backward pass") {
  const Net net;
  // d sqrt(v) / dv at 0.
  const auto found = first_non_finite(net, [&] {
    const Tensor y = net.forward(x);
    backward(sum(sqrt(subtract(y, detach(y)))));
  });
  REQUIRE(found);
  CHECK(found->operation == "unary_gradient");
  CHECK(found->layer == "second");
  CHECK(found->is_after);
}

TEST_CASE("memory that cannot be had is reported with its layer") {
  nn::Conv2d conv({.in_channels = 1, .out_channels = 1, .padding = 1 << 24});
  load_by_formula(conv);
  class Wrapper : public nn::Module {
   public:
    explicit Wrapper(nn::Conv2d& inner) { add("neck.conv", inner); }
  } wrapper(conv);
  const Tensor picture = Tensor::zeros({1, 1, 4, 4});
  {
    const nn::NameFailingLayer names(wrapper);
    CHECK_THROWS_WITH(conv.forward(picture), Catch::StartsWith("conv2d of neck.conv: cannot allocate"));
    CHECK_THROWS_AS(conv.forward(picture), OutOfMemory);
    CHECK_THROWS_AS(conv.forward(Tensor::zeros({4})), ShapeError); // other errors go on as they are
  }
  CHECK_THROWS_WITH(conv.forward(picture), Catch::StartsWith("cannot allocate"));
}
