#include "mammo/core/error.hpp"
#include "mammo/eval/roc.hpp"
#include "tests/eval/recorded.hpp"

#include <cmath>
#include <limits>
#include <string>
#include <vector>

using namespace mammo;
using namespace mammo::eval;
using namespace mammo::test;

TEST_CASE("The curve and its areas are scikit-learn's") {
  for (const char* name : {"coarse", "fine"}) { // coarse scores are often equal
    INFO(name);
    const Json golden = recorded(name);
    const std::vector<ScoredCase> cases = cases_of(golden);
    const RocCurve curve = roc_curve(cases);
    check_close(curve.false_positive_rate, doubles(golden["fpr"]));
    check_close(curve.sensitivity, doubles(golden["tpr"]));
    CHECK(std::isinf(curve.threshold[0]));
    check_close({curve.threshold.begin() + 1, curve.threshold.end()}, doubles(golden["thresholds"]));
    check_close(auc(cases), golden["auc"]);
    for (const auto& [limit, area] : golden["standardized_partial_auc"].items()) {
      check_close(standardized_partial_auc(curve, std::stod(limit)), area);
    }
  }
}

// Scores 3+ 2- 2+ 1-: of the four pairs three are won and one is tied... (3 > 2, 3 > 1, 2 = 2, 2 > 1).
TEST_CASE("A curve of four cases is what a hand makes of it") {
  const std::vector<ScoredCase> cases = {{3, true}, {2, false}, {2, true}, {1, false}};
  const RocCurve curve = roc_curve(cases);
  CHECK(curve.false_positive_rate == std::vector<double>{0, 0, 0.5, 1});
  CHECK(curve.sensitivity == std::vector<double>{0, 0.5, 1, 1});
  CHECK(auc(cases) == 3.5 / 4);
  CHECK(partial_auc(curve, 0.25) == Approx(0.25 * (0.5 + 0.75) / 2));

  const OperatingPoint two = operating_point(cases, 2);
  CHECK(two.sensitivity == 1);
  CHECK(two.specificity == 0.5);
  CHECK(two.positive_predictive_value == Approx(2.0 / 3));
  CHECK(two.negative_predictive_value == 1);
  CHECK(two.accuracy == 0.75);

  CHECK(at_specificity(cases, 0.5).threshold == 2);
  CHECK(at_specificity(cases, 0.51).threshold == 3);
  CHECK(at_specificity(cases, 0.51).sensitivity == 0.5);
  CHECK(at_sensitivity(cases, 0.5).threshold == 3);
  CHECK(at_sensitivity(cases, 0.6).threshold == 2);
  CHECK(at_youden(cases).threshold == 3); // 0.5, as at 2: the higher one
}

TEST_CASE("A specificity is kept by a threshold that has it but for rounding") {
  std::vector<ScoredCase> cases = {{10.5, true}};
  for (int i = 1; i <= 10; ++i) cases.push_back({static_cast<double>(i), false});
  CHECK(at_specificity(cases, 0.1).threshold == 2); // nine of ten are false positives
  CHECK(at_specificity(cases, 0.3).threshold == 4);
}

TEST_CASE("A weight counts a case so many times") {
  const std::vector<ScoredCase> weighted = {{0.9, true, 2}, {0.5, false, 3}, {0.5, true, 1}, {0.7, false, 0}};
  std::vector<ScoredCase> repeated;
  for (const ScoredCase& scored : weighted) {
    for (int i = 0; i < static_cast<int>(scored.weight); ++i)
      repeated.push_back({scored.score, scored.positive});
  }
  CHECK(auc(weighted) == auc(repeated));
  CHECK(operating_point(weighted, 0.6).accuracy == operating_point(repeated, 0.6).accuracy);
}

TEST_CASE("ROC refuses what makes no curve") {
  CHECK_THROWS_AS(auc(std::vector<ScoredCase>{}), ArgumentError);
  CHECK_THROWS_AS(auc(std::vector<ScoredCase>{{1, true}}), ArgumentError);
  CHECK_THROWS_AS(auc(std::vector<ScoredCase>{{1, true}, {0, false, 0}}), ArgumentError);
  CHECK_THROWS_AS(auc(std::vector<ScoredCase>{{1, true}, {0, false, -1}}), ArgumentError);
  const double nan = std::numeric_limits<double>::quiet_NaN();
  CHECK_THROWS_AS(auc(std::vector<ScoredCase>{{nan, true}, {0, false}}), ArgumentError);
  const RocCurve curve = roc_curve(std::vector<ScoredCase>{{1, true}, {0, false}});
  CHECK_THROWS_AS(partial_auc(curve, 0), ArgumentError);
  CHECK_THROWS_AS(partial_auc(curve, nan), ArgumentError);
  CHECK_THROWS_AS(at_specificity(std::vector<ScoredCase>{{1, true}, {0, false}}, 1.5), ArgumentError);
}
