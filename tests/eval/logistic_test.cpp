#include "mammo/core/error.hpp"
#include "mammo/eval/logistic.hpp"

#include <cmath>
#include <vector>

#include <catch2/catch.hpp>

using namespace mammo;
using namespace mammo::eval;

TEST_CASE("a logistic model of one feature with two values has the log odds of both groups") {
  // 2 of 5 positive at 0, 4 of 5 at 1: the saturated model's odds are those of the groups.
  std::vector<LabelledRow> rows;
  for (int i = 0; i < 5; ++i) {
    rows.push_back({{0.0}, i < 2});
    rows.push_back({{1.0}, i < 4});
  }
  const LogisticModel model = fit_logistic(rows, /*ridge=*/0);
  CHECK(model.intercept == Approx(std::log(2.0 / 3)));
  CHECK(model.coefficients.at(0) == Approx(std::log(4.0) - std::log(2.0 / 3)));
  CHECK(model.log_odds(std::vector{1.0}) == Approx(std::log(4.0)));
}

TEST_CASE("a logistic model does not depend on the features' units") {
  std::vector<LabelledRow> rows;
  std::vector<LabelledRow> scaled;
  for (int i = 0; i < 40; ++i) {
    const double a = std::sin(i * 1.7);
    const double b = std::cos(i * 0.9);
    rows.push_back({{a, b}, a + 0.5 * b + std::sin(i * 11.0) > 0});
    scaled.push_back({{1000 * a + 7, b / 50}, rows.back().positive});
  }
  const LogisticModel one = fit_logistic(rows);
  const LogisticModel other = fit_logistic(scaled);
  for (std::size_t i = 0; i < rows.size(); ++i) {
    CHECK(one.log_odds(rows[i].features) == Approx(other.log_odds(scaled[i].features)).margin(1e-6));
  }
  CHECK(one.coefficients[0] > 0);
}

TEST_CASE("separable cases stay finite, and what cannot be fitted is refused") {
  const std::vector<LabelledRow> apart{{{-2.0}, false}, {{-1.0}, false}, {{1.0}, true}, {{2.0}, true}};
  const LogisticModel model = fit_logistic(apart);
  CHECK(std::isfinite(model.coefficients[0]));
  CHECK(model.coefficients[0] > 1);
  CHECK_THROWS_AS(fit_logistic(std::vector<LabelledRow>{}), ArgumentError);
  CHECK_THROWS_AS(fit_logistic(std::vector<LabelledRow>{{{1.0}, true}, {{2.0}, true}}), ArgumentError);
  CHECK_THROWS_AS(fit_logistic(std::vector<LabelledRow>{{{1.0}, true}, {{2.0, 3.0}, false}}), ArgumentError);
  CHECK_THROWS_AS(model.log_odds(std::vector{1.0, 2.0}), ArgumentError);
}
