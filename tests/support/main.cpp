#define CATCH_CONFIG_RUNNER
#include "tests/support/ctest_list.hpp"
#include "tests/support/skip.hpp"

#include <iostream>
#include <string>

#include <catch2/catch.hpp>

namespace {

constexpr int exit_failed = 1;
constexpr int exit_no_case = 3;
constexpr int exit_skipped = 4;

bool case_was_skipped = false;
std::size_t cases_run = 0;
std::size_t cases_skipped = 0;
std::size_t cases_failed = 0;

class Listener : public Catch::TestEventListenerBase {
 public:
  using TestEventListenerBase::TestEventListenerBase;

  void testCaseStarting(const Catch::TestCaseInfo& info) override {
    TestEventListenerBase::testCaseStarting(info);
    case_was_skipped = false;
  }

  void testCaseEnded(const Catch::TestCaseStats& stats) override {
    TestEventListenerBase::testCaseEnded(stats);
    ++cases_run;
    if (stats.totals.testCases.failed > 0) {
      ++cases_failed;
    } else if (case_was_skipped) {
      ++cases_skipped;
    }
  }
};

} // namespace

CATCH_REGISTER_LISTENER(Listener)

namespace mammo::test {

void skip(const std::string& reason) {
  std::cout << "SKIPPED: " << reason << std::endl;
  case_was_skipped = true;
  // What a failed REQUIRE throws after it has recorded its failure: Catch unwinds the case and records
  // nothing more.
  throw Catch::TestFailureException();
}

} // namespace mammo::test

int main(int argc, char** argv) {
  if (argc > 1 && std::string(argv[1]) == "--write-ctest") return mammo::test::write_ctest(argc, argv);

  Catch::Session session;
  const int usage = session.applyCommandLine(argc, argv);
  if (usage != 0) return usage;
  const auto& options = session.configData();
  const bool only_lists =
      options.listTests || options.listTags || options.listTestNamesOnly || options.listReporters;
  const int result = session.run();
  if (only_lists || options.showHelp || options.libIdentify) return result;

  // Catch returns the number of failures, which would collide with the statuses below.
  if (result != 0 || cases_failed > 0) return exit_failed;
  if (cases_run == 0) {
    std::cerr << "no test case matches\n";
    return exit_no_case;
  }
  if (cases_skipped > 0) std::cout << cases_skipped << " of " << cases_run << " cases skipped\n";
  return cases_skipped == cases_run ? exit_skipped : 0;
}
