#include "mammo/backend/dispatch.hpp"
#include "tests/ops/parity.hpp"

#include <catch2/catch.hpp>

using namespace mammo;

TEST_CASE("every backend equals reference on all cases and layouts, and repeats its bits") {
  test::ErrorTable table;
  for (const std::string& name : backend_names()) {
    INFO(name);
    CHECK(test::check_parity(*find_backend(name), table) > 0);
  }
}
