#pragma once

#include <string>

namespace mammo::test {

// Ends the running test case as skipped and prints the reason. Catch2 2.13 has no skip of its own: the test
// main counts skipped cases, and exits with 4 (ctest's "skipped") only when every case that it ran was
// skipped and none failed. A check that failed before the skip still fails the case, and so does a skip from
// inside the expression of a CHECK or REQUIRE.
[[noreturn]] void skip(const std::string& reason);

} // namespace mammo::test
