#include "mammo/core/error.hpp"
#include "mammo/eval/calibration.hpp"
#include "tests/eval/recorded.hpp"

#include <vector>

using namespace mammo;
using namespace mammo::eval;
using namespace mammo::test;

TEST_CASE("Brier score, log loss and reliability are scikit-learn's") {
  const Json golden = recorded("fine");
  const std::vector<ScoredCase> cases = cases_of(golden);
  check_close(brier(cases), golden["brier"]);
  check_close(log_loss(cases), golden["log_loss"]);
  check_close(log_loss(cases_of(recorded("coarse"))),
              recorded("coarse")["log_loss"]); // has scores of 0 and 1
  std::vector<double> fractions, means;
  for (const ReliabilityBin& bin : reliability(cases)) {
    if (bin.weight == 0) continue; // left out there, too
    fractions.push_back(bin.positive_fraction);
    means.push_back(bin.mean_score);
  }
  check_close(fractions, doubles(golden["positive_fractions"]));
  check_close(means, doubles(golden["mean_scores"]));
}

TEST_CASE("The calibration error is the bins' mean distance, by their cases") {
  // 0.2 is right once in four, 0.75 once in one, and 1 belongs to the last bin.
  const std::vector<ScoredCase> cases = {{0.2, true}, {0.2, false, 3}, {0.75, true}, {1, true}};
  const std::vector<ReliabilityBin> bins = reliability(cases, 2);
  REQUIRE(bins.size() == 2);
  CHECK(bins[0].weight == 4);
  CHECK(bins[1].mean_score == 0.875);
  CHECK(expected_calibration_error(bins) == Approx((4 * 0.05 + 2 * 0.125) / 6));
  CHECK_THROWS_AS(brier(std::vector<ScoredCase>{{1.5, true}}), ArgumentError);
  CHECK_THROWS_AS(brier(std::vector<ScoredCase>{}), ArgumentError);
  CHECK_THROWS_AS(reliability(cases, 0), ArgumentError);
}
