#include <cstdlib>
#include <string>

#include <catch2/catch.hpp>
#include <sys/wait.h>

namespace {

int status_of(const std::string& spec) {
  const int status = std::system((std::string(SKIP_CASES) + " '" + spec + "' >/dev/null 2>&1").c_str());
  return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
}

} // namespace

TEST_CASE("the test main exits 4 when every case was skipped") {
  CHECK(status_of("is skipped") == 4);
  CHECK(status_of("[skip]") == 4);
  CHECK(status_of("[half]") == 4);
}

TEST_CASE("a skip beside a passed case is no skip of the run") {
  CHECK(status_of("[pass],[skip]") == 0);
  CHECK(status_of("passes") == 0);
}

TEST_CASE("a skip never hides a failure") {
  CHECK(status_of("[fail]") == 1);
  CHECK(status_of("[fail],[skip]") == 1);
  CHECK(status_of("[fail-skip]") == 1);
  CHECK(status_of("[inside]") == 1);
}

TEST_CASE("four failures are not taken for a skip") {
  CHECK(status_of("[four]") == 1);
}

TEST_CASE("a name that matches no case is a failure") {
  CHECK(status_of("no such case") == 3);
}

// ctest finds this case by its own name, so that it runs at all is what is tested.
TEST_CASE("a case name with [brackets], a comma, * and \\ in it reaches the program whole") {
  CHECK(status_of("is also skipped\\, with \\[brackets\\]\\, a comma and \\\\ in its name") == 4);
}
