#include "mammo/core/error.hpp"
#include "mammo/eval/pr.hpp"
#include "tests/eval/recorded.hpp"

#include <vector>

using namespace mammo;
using namespace mammo::eval;
using namespace mammo::test;

TEST_CASE("Precision, recall and F1 are scikit-learn's") {
  for (const char* name : {"coarse", "fine"}) {
    INFO(name);
    const Json golden = recorded(name);
    const std::vector<ScoredCase> cases = cases_of(golden);
    const PrecisionRecallCurve curve = precision_recall_curve(cases);
    check_close(curve.precision, doubles(golden["precision"]));
    check_close(curve.recall, doubles(golden["recall"]));
    check_close(average_precision(cases), golden["average_precision"]);
    check_close(f1(cases, 0.5), golden["f1_at_half"]);
    const BestF1 best = best_f1(cases);
    CHECK(best.f1 == Approx(f1(cases, best.threshold)));
    for (const double threshold : curve.threshold) CHECK(f1(cases, threshold) <= best.f1 + 1e-12);
  }
}

TEST_CASE("Precision needs a positive case and no negative one") {
  CHECK(average_precision(std::vector<ScoredCase>{{1, true}}) == 1);
  CHECK(f1(std::vector<ScoredCase>{{1, true}}, 2) == 0);
  CHECK_THROWS_AS(average_precision(std::vector<ScoredCase>{{1, false}}), ArgumentError);
  CHECK_THROWS_AS(f1(std::vector<ScoredCase>{{1, false}}, 0), ArgumentError);
}
