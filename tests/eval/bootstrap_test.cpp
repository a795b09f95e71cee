#include "mammo/core/error.hpp"
#include "mammo/core/random.hpp"
#include "mammo/eval/bootstrap.hpp"

#include <cmath>
#include <limits>
#include <numeric>
#include <string>
#include <vector>

#include <catch2/catch.hpp>

using namespace mammo;
using namespace mammo::eval;

namespace {

double weighted_mean(std::span<const double> values, std::span<const double> weights) {
  const double sum = std::inner_product(values.begin(), values.end(), weights.begin(), 0.0);
  return sum / std::accumulate(weights.begin(), weights.end(), 0.0);
}

struct Sample {
  std::vector<double> values;
  std::vector<std::string> alone, patients;
};

// Four values of each of `patients` patients, all four the same.
Sample repeated_values(int patients) {
  Sample sample;
  Generator generator(4);
  for (int i = 0; i < patients; ++i) {
    const double value = generator.normal();
    for (int k = 0; k < 4; ++k) {
      sample.values.push_back(value);
      sample.alone.push_back(std::to_string(sample.alone.size()));
      sample.patients.push_back(std::to_string(i));
    }
  }
  return sample;
}

} // namespace

// The mean of n independent values has standard error s / sqrt(n), and the interval is 2 * 1.96 of it wide.
TEST_CASE("A mean's interval has the width of its standard error, by patient") {
  constexpr int patients = 100;
  const Sample sample = repeated_values(patients);
  const WeightedFigures mean = [&](std::span<const double> weights) {
    return std::vector<double>{weighted_mean(sample.values, weights)};
  };
  double squares = 0;
  const double middle = weighted_mean(sample.values, std::vector<double>(sample.values.size(), 1));
  for (const double value : sample.values) squares += (value - middle) * (value - middle) / 4;
  const double expected = 2 * 1.96 * std::sqrt(squares / patients / patients);

  const Interval clustered = clustered_bootstrap(sample.patients, mean).at(0);
  CHECK(clustered.high - clustered.low == Approx(expected).epsilon(0.06));
  CHECK(clustered.low < middle);
  CHECK(middle < clustered.high);
  // Taken to be independent, four copies look like four patients: half the width.
  const Interval alone = clustered_bootstrap(sample.alone, mean).at(0);
  CHECK(alone.high - alone.low == Approx(expected / 2).epsilon(0.06));
}

TEST_CASE("Figures of one draw belong together, and a seed gives them again") {
  const Sample sample = repeated_values(20);
  const WeightedFigures figures = [&](std::span<const double> weights) {
    const double mean = weighted_mean(sample.values, weights);
    return std::vector<double>{mean, mean + 1, (mean + 1) - mean,
                               mean > 0 ? mean : std::numeric_limits<double>::quiet_NaN()};
  };
  const auto intervals = clustered_bootstrap(sample.patients, figures, {.resamples = 200});
  REQUIRE(intervals.size() == 4);
  CHECK(intervals[2].low == Approx(1));
  CHECK(intervals[2].high == Approx(1));
  CHECK(intervals[3].low > 0); // draws without a figure are left out
  const auto again = clustered_bootstrap(sample.patients, figures, {.resamples = 200});
  CHECK(again[0].low == intervals[0].low);
  const auto other = clustered_bootstrap(sample.patients, figures, {.resamples = 200, .seed = 2});
  CHECK(other[0].low != intervals[0].low);
}

// NumPy: numpy.quantile([4, 1, 3, 2], [0, 0.1, 0.5, 1]).
TEST_CASE("Quantiles lie between the nearest two values in proportion") {
  CHECK(quantile({4, 1, 3, 2}, 0) == 1);
  CHECK(quantile({4, 1, 3, 2}, 0.1) == Approx(1.3));
  CHECK(quantile({4, 1, 3, 2}, 0.5) == 2.5);
  CHECK(quantile({4, 1, 3, 2}, 1) == 4);
  CHECK(std::isnan(quantile({}, 0.5)));
}

TEST_CASE("The bootstrap refuses options that mean nothing") {
  const WeightedFigures one = [](std::span<const double>) { return std::vector<double>{1}; };
  const std::vector<std::string> clusters = {"a", "b"};
  CHECK_THROWS_AS(clustered_bootstrap({}, one), ArgumentError);
  CHECK_THROWS_AS(clustered_bootstrap(clusters, one, {.resamples = 0}), ArgumentError);
  CHECK_THROWS_AS(clustered_bootstrap(clusters, one, {.confidence = 1}), ArgumentError);
}
