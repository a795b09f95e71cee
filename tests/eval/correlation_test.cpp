#include "mammo/core/error.hpp"
#include "mammo/eval/correlation.hpp"

#include <cmath>
#include <vector>

#include <catch2/catch.hpp>

using mammo::eval::correlation;

TEST_CASE("Pearson's correlation of Anscombe's first set") {
  // Anscombe, "Graphs in statistical analysis", The American Statistician 27(1), 1973: r = 0.816.
  const std::vector<double> x{10, 8, 13, 9, 11, 14, 6, 4, 12, 7, 5};
  const std::vector<double> y{8.04, 6.95, 7.58, 8.81, 8.33, 9.96, 7.24, 4.26, 10.84, 4.82, 5.68};
  CHECK(correlation(x, y) == Approx(0.816).margin(0.0005));
  // A weight of 2 is the pair twice; of 0, not at all.
  std::vector<double> weights(x.size(), 1);
  weights[0] = 2;
  weights[1] = 0;
  std::vector<double> twice_x(x.begin() + 2, x.end());
  std::vector<double> twice_y(y.begin() + 2, y.end());
  twice_x.insert(twice_x.end(), {10, 10});
  twice_y.insert(twice_y.end(), {8.04, 8.04});
  CHECK(correlation(x, y, weights) == Approx(correlation(twice_x, twice_y)).epsilon(1e-12));
}

TEST_CASE("what does not vary has no correlation") {
  const std::vector<double> x{1, 2, 3};
  CHECK(correlation(x, x) == Approx(1));
  CHECK(std::isnan(correlation(x, std::vector<double>{5, 5, 5})));
  CHECK(std::isnan(correlation(std::vector<double>{}, std::vector<double>{})));
  CHECK_THROWS_AS(correlation(x, std::vector<double>{1, 2}), mammo::ArgumentError);
}
