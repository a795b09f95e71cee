#include "mammo/core/error.hpp"
#include "mammo/core/file.hpp"
#include "mammo/train/run_log.hpp"
#include "tests/support/files.hpp"

#include <array>
#include <fstream>
#include <vector>

#include <catch2/catch.hpp>

using namespace mammo;
using namespace mammo::test;
using train::RunLog;

namespace {

const std::vector<std::string> columns{"step", "loss"};

} // namespace

TEST_CASE("a run that goes on at an earlier step takes the rows after it away") {
  const TemporaryFolder folder;
  const auto path = folder / "steps.csv";
  {
    RunLog log(path, columns, 0);
    for (int step = 1; step <= 4; ++step) log.append(step, std::array{0.1 / step});
  }
  RunLog again(path, columns, 2);
  CHECK(again.column("loss") == std::vector<double>{0.1, 0.05});
  again.append(3, std::array{7.0});
  CHECK(read_text(path) == "step,loss\n1,0.1\n2,0.05\n3,7\n");
}

TEST_CASE("a row that was cut short is dropped") {
  const TemporaryFolder folder;
  const auto path = folder / "steps.csv";
  std::ofstream(path) << "step,loss\n1,0.5\n2";
  CHECK(RunLog(path, columns, 9).column("step") == std::vector<double>{1});
}

TEST_CASE("a log of other columns is refused, and so is a row of another length") {
  const TemporaryFolder folder;
  const auto path = folder / "steps.csv";
  RunLog log(path, columns, 0);
  CHECK_THROWS_AS(log.append(1, std::array{1.0, 2.0}), ArgumentError);
  CHECK_THROWS_AS(log.column("rate"), ArgumentError);
  CHECK_THROWS_WITH(RunLog(path, {"step", "rate"}, 0),
                    Catch::Contains("steps.csv") && Catch::Contains("step,rate"));
}
