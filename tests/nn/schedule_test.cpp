#include "mammo/core/error.hpp"
#include "mammo/nn/safetensors.hpp"
#include "mammo/nn/schedule.hpp"
#include "tests/support/files.hpp"

#include <string>
#include <utility>
#include <vector>

#include <catch2/catch.hpp>

using namespace mammo;

TEST_CASE("schedules are those of PyTorch") {
  const nn::OneCycleOptions odd{.rise = 0.25, .start = 0.1, .end = 1e-3};
  const std::vector<std::pair<std::string, nn::Schedule>> cases{
      {"linear", nn::linear(10, 0.25, 0.75)},
      {"cosine", nn::cosine(20, 0.1)},
      {"every", nn::staircase(7, 0.3)},
      {"at", nn::staircase({5, 12, 20}, 0.5)},
      {"warm_up", nn::warm_up(5, nn::cosine(15), 0.1)},
      {"one_cycle", nn::one_cycle(20)},
      {"one_cycle_momentum", nn::one_cycle_momentum(20)},
      {"one_cycle_odd", nn::one_cycle(27, odd)},
  };
  const nn::SafeTensors golden(test::golden("nn/schedules.safetensors"));
  CHECK(golden.names().size() == cases.size());
  for (const auto& [name, schedule] : cases) {
    const Tensor tensor = golden.tensor(name);
    std::int64_t step = 0;
    for (const double expected : tensor.data<double>()) {
      INFO(name << " at step " << step);
      CHECK(schedule(step++) == Approx(expected).epsilon(1e-12).margin(1e-15));
    }
  }
}

TEST_CASE("a schedule that is over stays where it is") {
  CHECK(nn::constant(0.5)(1000) == 0.5);
  CHECK(nn::linear(10, 1, 0.2)(1000) == Approx(0.2));
  CHECK(nn::cosine(10, 0.2)(1000) == Approx(0.2));
  CHECK(nn::one_cycle(10, {.end = 0.01})(1000) == Approx(0.01));
  CHECK(nn::warm_up(3, nn::constant(2))(2) == Approx(2.0 / 3));
  CHECK(nn::warm_up(3, nn::constant(2))(3) == 2);
}

TEST_CASE("schedules that cannot be are refused") {
  CHECK_THROWS_AS(nn::linear(0), ArgumentError);
  CHECK_THROWS_AS(nn::cosine(-1), ArgumentError);
  CHECK_THROWS_AS(nn::staircase(0), ArgumentError);
  CHECK_THROWS_AS(nn::staircase({3, 3}), ArgumentError);
  CHECK_THROWS_AS(nn::warm_up(0, nn::constant()), ArgumentError);
  CHECK_THROWS_AS(nn::one_cycle(1), ArgumentError);
  CHECK_THROWS_AS(nn::one_cycle(3), ArgumentError); // the rise would be over before it began
  CHECK_THROWS_AS(nn::one_cycle(10, {.rise = 1}), ArgumentError);
}
