#include "mammo/nn/average.hpp"
#include "mammo/nn/batch_norm.hpp"
#include "mammo/nn/formula.hpp"
#include "tests/support/compare.hpp"

#include <catch2/catch.hpp>

using namespace mammo;

namespace {

void fill(nn::Module& module, double value) {
  for (const auto& entry : module.state()) {
    Tensor tensor = entry.tensor;
    tensor.copy_from(Tensor::full(entry.shape, value));
  }
}

} // namespace

TEST_CASE("a moving average follows parameters and buffers") {
  nn::BatchNorm2d norm({.channels = 2});
  load_by_formula(norm);
  fill(norm, 8);
  nn::MovingAverage average(norm, 0.75);
  fill(norm, 0);
  average.update(norm);
  fill(norm, 4);
  average.update(norm);
  // 8, then 0.75 8 = 6, then 0.75 6 + 0.25 4 = 5.5.
  REQUIRE(average.state_dict().size() == 4);
  for (const auto& [name, tensor] : average.state_dict()) {
    INFO(name);
    CHECK(test::as_doubles(tensor) == std::vector<double>{5.5, 5.5});
    CHECK(test::as_doubles(norm.state_dict().at(name)) == std::vector<double>{4, 4});
  }
}

TEST_CASE("a module computes with averaged weights for a while, and then with its own again") {
  nn::BatchNorm2d norm({.channels = 2});
  load_by_formula(norm);
  norm.set_trainable("*");
  const Tensor x = nn::formula_tensor("x", {1, 2, 3, 3});
  const auto own = test::as_doubles(norm.forward(x));
  nn::MovingAverage average(norm, 0.5);
  fill(norm, 3);
  const auto changed = test::as_doubles(norm.forward(x));
  {
    const nn::AveragedWeights averaged(norm, average);
    CHECK(test::as_doubles(norm.forward(x)) == own);
  }
  CHECK(test::as_doubles(norm.forward(x)) == changed);
  CHECK(norm.named_parameters().front().trainable);
}

TEST_CASE("averages go on from earlier ones, and only from those of such a module") {
  nn::BatchNorm2d norm({.channels = 2});
  load_by_formula(norm);
  const nn::MovingAverage before(norm, 0.5);
  fill(norm, 1);
  nn::MovingAverage after(norm, 0.5);
  after.load_state_dict(before.state_dict());
  after.update(norm);
  for (const auto& [name, tensor] : before.state_dict()) {
    const double expected = (test::as_doubles(tensor)[0] + 1) / 2;
    CHECK(test::as_doubles(after.state_dict().at(name))[0] == Approx(expected));
  }
  nn::BatchNorm2d other({.channels = 3});
  load_by_formula(other);
  CHECK_THROWS_AS(after.update(other), nn::StateDictError);
  CHECK_THROWS_AS(after.load_state_dict(other.state_dict()), nn::StateDictError);
  CHECK_THROWS_AS(nn::AveragedWeights(other, after), nn::StateDictError);
  CHECK_THROWS_AS(nn::MovingAverage(norm, 1), ArgumentError);
}
