#include "mammo/nn/batch_norm.hpp"
#include "mammo/nn/conv2d.hpp"
#include "mammo/nn/formula.hpp"

#include <catch2/catch.hpp>

using namespace mammo;

// The expected numbers are those of tests/goldens/formula.py.

TEST_CASE("numbers by formula are those of the Python side, bit by bit") {
  CHECK(nn::formula_value("conv1.weight", 0) == 0x1.7141p-4F);
  CHECK(nn::formula_value("conv1.weight", 1) == 0x1.f61758p-2F);
  CHECK(nn::formula_value("conv1.weight", 2) == -0x1.e88738p-1F);
  CHECK(nn::formula_value("", 999) == 0x1.49ad9p-2F);
  const Tensor tensor = nn::formula_tensor("conv1.weight", {3});
  for (std::uint64_t i = 0; i < 3; ++i) {
    CHECK(tensor.data<float>()[i] == nn::formula_value("conv1.weight", i));
  }
}

namespace {

class Branch : public nn::Module {
 public:
  explicit Branch(bool three)
      : conv_({.in_channels = 3, .out_channels = 2, .bias = false}),
        bn2_({.channels = 4}),
        bn3_({.channels = 4}) {
    add("layer1.0.conv1", conv_);
    add("a.bn2", bn2_);
    if (three) add("a.bn3", bn3_);
  }

 private:
  nn::Conv2d conv_;
  nn::BatchNorm2d bn2_;
  nn::BatchNorm2d bn3_;
};

} // namespace

TEST_CASE("weights by formula are those of the Python side, bit by bit") {
  Branch basic(false);
  load_by_formula(basic);
  const auto weights = basic.state_dict();
  CHECK(weights.at("layer1.0.conv1.weight").data<float>()[0] == 0x1.ee766ap-1F);
  CHECK(weights.at("layer1.0.conv1.weight").data<float>()[1] == 0x1.a814eep-3F);
  CHECK(weights.at("a.bn2.weight").data<float>()[0] == 0x1.e2058cp-3F);
  CHECK(weights.at("a.bn2.bias").data<float>()[3] == -0x1.f168p-9F);

  Branch bottleneck(true);
  load_by_formula(bottleneck);
  CHECK(bottleneck.state_dict().at("a.bn2.weight").data<float>()[0] == 0x1.e2058cp-1F);
}
