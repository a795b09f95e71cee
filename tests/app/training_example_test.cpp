#include "tests/app/run_program.hpp"
#include "tests/support/files.hpp"

#include <catch2/catch.hpp>

using mammo::test::Ended;
using mammo::test::run_program;
using mammo::test::TemporaryFolder;

TEST_CASE("The training example learns, and learns the same when it was stopped in between") {
  const TemporaryFolder folder;
  const std::string at_once = (folder / "at once").string();
  const std::string in_parts = (folder / "in parts").string();
  const Ended whole = run_program({EXAMPLE_TRAIN, at_once, "80"});
  INFO(whole.out << whole.err);
  REQUIRE(whole.status == 0);
  const auto expected = mammo::test::lines(whole.out);
  REQUIRE(expected.size() == 9);
  const std::string result = expected.back();
  const double right = std::stod(result.substr(result.rfind(' ')));
  CHECK(right > 0.9); // 0.5 by guessing

  REQUIRE(run_program({EXAMPLE_TRAIN, in_parts, "33"}).status == 0);
  const auto rest = mammo::test::lines(run_program({EXAMPLE_TRAIN, in_parts, "80"}).out);
  REQUIRE(rest.size() == 7);
  CHECK(rest.front() == "going on at step 30");
  for (std::size_t i = 1; i < rest.size(); ++i) CHECK(rest[i] == expected[i + 2]);
}
