#include "examples/own_backend.hpp"
#include "tests/ops/op_case.hpp"
#include "tests/ops/parity.hpp"

#include <algorithm>

#include <catch2/catch.hpp>

using namespace mammo;

TEST_CASE("the backend of docs/add-a-backend.md equals reference on all cases of linear") {
  test::ErrorTable table;
  const auto cases =
      std::ranges::count_if(test::op_cases(), [](const auto& c) { return c.file == "linear"; });
  // In f32, in row_major, on one thread and on all.
  CHECK(test::check_parity(OwnBackend(), table) == cases * (thread_budget() == 1 ? 1 : 2));
}
