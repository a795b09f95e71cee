#include "tests/support/files.hpp"

#include <filesystem>
#include <fstream>
#include <stdexcept>

#include <catch2/catch.hpp>

namespace fs = std::filesystem;

TEST_CASE("a temporary folder goes with what is in it") {
  fs::path kept;
  {
    const mammo::test::TemporaryFolder folder;
    kept = folder.path();
    std::ofstream(folder / "a.txt") << "text";
    REQUIRE(fs::exists(kept / "a.txt"));
  }
  CHECK_FALSE(fs::exists(kept));
}

TEST_CASE("a golden file that is not there is an error, not a skip") {
  CHECK_THROWS_AS(mammo::test::golden("no/such/file.json"), std::runtime_error);
}
