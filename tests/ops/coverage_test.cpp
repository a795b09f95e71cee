#include "mammo/backend/dispatch.hpp"
#include "tests/ops/op_case.hpp"
#include "tests/support/skip.hpp"

#include <set>

#include <catch2/catch.hpp>

using namespace mammo;

// In f32, for every case of every operation: all that networks run through, and their training.
TEST_CASE("cpu and onednn together need no reference") {
  if (!find_backend("onednn")) test::skip("built without oneDNN, which has the convolutions");
  const ExecutionScope scope({.strict = true});
  for (const auto& c : test::op_cases()) {
    if (c.is_integer()) continue; // bytes and indices that are only moved about
    INFO(c.title());
    CHECK_NOTHROW(dispatch(c.operation, c.inputs_as(DType::f32)));
  }
}

TEST_CASE("every operation of the vocabulary has cases") {
  std::set<std::size_t> seen;
  for (const auto& c : test::op_cases()) {
    CHECK(name(c.operation) == c.file);
    seen.insert(c.operation.index());
  }
  CHECK(seen.size() == std::variant_size_v<Operation>);
}
