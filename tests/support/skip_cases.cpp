#include "tests/support/skip.hpp"

#include <catch2/catch.hpp>

using mammo::test::skip;

namespace {
int skip_in_expression() {
  skip("from inside a checked expression");
}
} // namespace

TEST_CASE("passes", "[pass]") {
  REQUIRE(1 + 1 == 2);
}

TEST_CASE("fails", "[fail]") {
  REQUIRE(1 + 1 == 3);
}

TEST_CASE("fails four times", "[four]") {
  for (int i = 0; i < 4; ++i) CHECK(i < 0);
}

TEST_CASE("is skipped", "[skip]") {
  skip("nothing to test with");
}

TEST_CASE("is also skipped, with [brackets], a comma and \\ in its name", "[skip]") {
  skip("nothing here either");
}

TEST_CASE("skips within REQUIRE", "[inside]") {
  REQUIRE(skip_in_expression() == 1);
}

TEST_CASE("fails and then skips", "[fail-skip]") {
  CHECK(1 == 2);
  skip("too late");
}

TEST_CASE("passes one section and skips another", "[half]") {
  SECTION("passes") {
    CHECK(true);
  }
  SECTION("skips") {
    skip("this half");
  }
}
