#include "mammo/nn/batch_norm.hpp"
#include "mammo/nn/initialization.hpp"
#include "mammo/nn/linear.hpp"
#include "tests/support/compare.hpp"

#include <algorithm>
#include <cmath>

#include <catch2/catch.hpp>

using namespace mammo;

namespace {

double mean_of(const std::vector<double>& values) {
  double sum = 0;
  for (const double value : values) sum += value;
  return sum / static_cast<double>(values.size());
}

double variance_of(const std::vector<double>& values) {
  const double mean = mean_of(values);
  double sum = 0;
  for (const double value : values) sum += (value - mean) * (value - mean);
  return sum / static_cast<double>(values.size());
}

class Net : public nn::Module {
 public:
  Net()
      : conv_({.in_channels = 16, .out_channels = 32, .kernel = 5}),
        norm_({.channels = 32}),
        fc_({.in_features = 120, .out_features = 80}) {
    add("conv", conv_);
    add("norm", norm_);
    add("fc", fc_);
    add_parameter("scale", scale_, {4}, nn::Initial::ones);
  }

 private:
  nn::Conv2d conv_;
  nn::BatchNorm2d norm_;
  nn::Linear fc_;
  Tensor scale_;
};

} // namespace

// With n numbers of variance v the mean's deviation is sqrt(v / n); five of them are allowed. A variance's
// relative deviation is at most sqrt(2 / n), of a normal distribution.
TEST_CASE("initial weights have the mean and variance of their scheme") {
  using Fill = void (*)(Tensor&, Generator&);
  // [24, 10, 3, 3]: fan in 90, fan out 216.
  const std::vector<std::tuple<std::string, Fill, double, bool>> schemes{
      {"He, out", [](Tensor& w, Generator& g) { nn::he_normal(w, g); }, 2.0 / 216, false},
      {"He, in", [](Tensor& w, Generator& g) { nn::he_normal(w, g, nn::Fan::in); }, 2.0 / 90, false},
      {"He, uniform", [](Tensor& w, Generator& g) { nn::he_uniform(w, g); }, 2.0 / 216, true},
      {"Xavier", nn::xavier_normal, 2.0 / 306, false},
      {"Xavier, uniform", nn::xavier_uniform, 2.0 / 306, true},
  };
  for (const auto& [name, fill, variance, is_uniform] : schemes) {
    INFO(name);
    Generator generator(3);
    Tensor weight = Tensor::empty({24, 10, 3, 3});
    fill(weight, generator);
    const auto values = test::as_doubles(weight);
    const auto n = static_cast<double>(values.size());
    CHECK(std::abs(mean_of(values)) < 5 * std::sqrt(variance / n));
    CHECK(variance_of(values) == Approx(variance).epsilon(5 * std::sqrt(2 / n)));
    const double bound = std::sqrt(3 * variance);
    CHECK((test::largest_magnitude(values) <= bound) == is_uniform);
  }
  Tensor flat = Tensor::empty({4});
  Generator generator(3);
  CHECK_THROWS_AS(nn::he_normal(flat, generator), ShapeError);
}

TEST_CASE("a module begins with what its layers ask for") {
  Net net;
  Generator generator(5);
  initialize(net, generator);
  const auto state = net.state_dict();
  const auto value = [&](const std::string& name) { return test::as_doubles(state.at(name)); };
  CHECK(variance_of(value("conv.weight")) == Approx(2.0 / (32 * 25)).epsilon(0.1));
  CHECK(test::largest_magnitude(value("fc.weight")) <= std::sqrt(6.0 / 200));
  CHECK(variance_of(value("fc.weight")) == Approx(2.0 / 200).epsilon(0.1));
  for (const char* name : {"conv.bias", "norm.bias", "norm.running_mean", "fc.bias"}) {
    INFO(name);
    CHECK(test::largest_magnitude(value(name)) == 0);
  }
  for (const char* name : {"norm.weight", "norm.running_var", "scale"}) {
    INFO(name);
    CHECK(std::ranges::count(value(name), 1.0) == std::ssize(value(name)));
  }
}

TEST_CASE("the same seed gives the same weights, in either type, and another seed others") {
  const auto weights = [](std::uint64_t seed, DType dtype) {
    Net net;
    net.to(dtype);
    Generator generator(seed);
    initialize(net, generator);
    return test::as_doubles(net.state_dict().at("fc.weight"));
  };
  CHECK(weights(1, DType::f32) == weights(1, DType::f64));
  CHECK(weights(1, DType::f32) != weights(2, DType::f32));
}
