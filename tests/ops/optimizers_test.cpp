#include "mammo/backend/dispatch.hpp"
#include "tests/ops/comparison.hpp"
#include "tests/ops/op_case.hpp"

#include <catch2/catch.hpp>

using namespace mammo;

namespace {

// Which input each result of a step is written over.
std::vector<std::size_t> overwritten(const Operation& operation) {
  if (std::holds_alternative<SgdStep>(operation)) return {0, 2};
  if (std::holds_alternative<AdamStep>(operation)) return {0, 2, 3};
  if (std::holds_alternative<AverageStep>(operation)) return {0};
  return {};
}

} // namespace

TEST_CASE("a step written over its inputs gives the same bits, on every backend") {
  int steps = 0;
  for (const auto& c : test::op_cases()) {
    const auto places = overwritten(c.operation);
    if (places.empty()) continue;
    for (const auto& backend : backend_names()) {
      const ExecutionScope scope({.backend = backend});
      INFO(c.title() << " on " << backend);
      std::vector<Tensor> inputs;
      for (const Tensor& t : c.inputs_as(DType::f32)) inputs.push_back(t.clone());
      const auto expected = dispatch(c.operation, inputs);
      std::vector<Tensor> outputs;
      for (const std::size_t place : places) outputs.push_back(inputs[place]);
      dispatch_into(c.operation, inputs, outputs);
      for (std::size_t i = 0; i < places.size(); ++i) {
        CHECK(inputs[places[i]].storage() == outputs[i].storage());
        CHECK(test::same_bytes(outputs[i], expected[i]));
      }
      ++steps;
    }
  }
  CHECK(steps > 20);
}
