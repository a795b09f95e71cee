#include "tests/support/ctest_list.hpp"

#include <algorithm>
#include <fstream>
#include <iostream>
#include <set>
#include <string>
#include <vector>

#include <catch2/catch.hpp>

namespace mammo::test {

namespace {

// CMake takes what stands in such brackets as it is.
std::string quoted(const std::string& text) {
  return "[==[" + text + "]==]";
}

// A case's name as a Catch test spec that matches this case alone.
std::string as_spec(const std::string& name) {
  std::string spec;
  for (const char c : name) {
    if (c == ',' || c == '[' || c == ']' || c == '\\' || c == '*' || c == '~' || c == '"') spec += '\\';
    spec += c;
  }
  return spec;
}

std::string labels_of(const std::vector<std::string>& tags) {
  const std::set<std::string> has(tags.begin(), tags.end());
  std::string labels;
  for (const char* name : {"slow", "threads", "soak", "fuzz", "net", "gpu"}) {
    if (has.contains(name)) labels += std::string(labels.empty() ? "" : ";") + name;
  }
  const bool fast =
      !has.contains("slow") && !has.contains("soak") && !has.contains("net") && !has.contains("gpu");
  if (fast) labels += labels.empty() ? "fast" : ";fast";
  return labels;
}

bool is_serial(const std::vector<std::string>& tags) {
  return std::find(tags.begin(), tags.end(), "serial") != tags.end();
}

} // namespace

int write_ctest(int argc, char** argv) {
  if (argc != 7) {
    std::cerr << "usage: --write-ctest FILE PREFIX PROGRAM WORKING_DIRECTORY TIMEOUT_SECONDS\n";
    return 2;
  }
  const std::string file = argv[2], prefix = argv[3], program = argv[4], folder = argv[5], timeout = argv[6];
  std::ofstream out(file);
  const auto& cases = Catch::getRegistryHub().getTestCaseRegistry().getAllTests();
  for (const auto& test : cases) {
    if (test.isHidden()) continue;
    const std::string name = quoted(prefix + test.name);
    const bool alone = is_serial(test.tags);
    out << "add_test(" << name << " " << quoted(program) << " " << quoted(as_spec(test.name)) << ")\n"
        << "set_tests_properties(" << name << " PROPERTIES LABELS " << quoted(labels_of(test.tags))
        << " RUN_SERIAL " << (alone ? "ON" : "OFF") << " SKIP_RETURN_CODE 4 TIMEOUT " << timeout
        << " WORKING_DIRECTORY "
        << quoted(folder)
        // OpenMP's threads spin while they wait, which costs tests that share the cores most of their time.
        << (alone ? "" : " ENVIRONMENT OMP_WAIT_POLICY=passive") << ")\n";
  }
  out.flush();
  if (!out || cases.empty()) {
    std::cerr << file << ": could not be written, or the program has no test case\n";
    return 1;
  }
  return 0;
}

} // namespace mammo::test
