#include "mammo/eval/bootstrap.hpp"

#include "mammo/core/error.hpp"
#include "mammo/core/random.hpp"

#include <algorithm>
#include <cmath>
#include <limits>
#include <map>

namespace mammo::eval {
namespace {

/// Numbers clusters from 0 in the order in which they appear.
std::vector<std::size_t> numbered(std::span<const std::string> clusters) {
  std::map<std::string, std::size_t> known;
  std::vector<std::size_t> numbers;
  for (const std::string& cluster : clusters) {
    numbers.push_back(known.emplace(cluster, known.size()).first->second);
  }
  return numbers;
}

std::vector<double> draw(std::size_t clusters, Generator& generator) {
  std::vector<double> counts(clusters, 0);
  for (std::size_t i = 0; i < clusters; ++i) ++counts[generator.below(static_cast<std::uint32_t>(clusters))];
  return counts;
}

} // namespace

double quantile(std::vector<double> values, double fraction) {
  if (values.empty()) return std::numeric_limits<double>::quiet_NaN();
  std::ranges::sort(values);
  const double place = fraction * static_cast<double>(values.size() - 1);
  const auto below = static_cast<std::size_t>(place);
  const std::size_t above = std::min(below + 1, values.size() - 1);
  return values[below] + (values[above] - values[below]) * (place - std::floor(place));
}

std::vector<Interval> clustered_bootstrap(std::span<const std::string> clusters,
                                          const WeightedFigures& figures, const BootstrapOptions& options) {
  require<ArgumentError>(!clusters.empty(), "bootstrap of no example");
  require<ArgumentError>(options.resamples >= 1, "bootstrap of ", options.resamples,
                         " resamples, expected 1 or more");
  require<ArgumentError>(options.confidence > 0 && options.confidence < 1, "bootstrap confidence ",
                         options.confidence, ", expected between 0 and 1");
  const std::vector<std::size_t> cluster = numbered(clusters);
  const std::size_t count = 1 + *std::ranges::max_element(cluster);
  Generator generator(options.seed);
  std::vector<std::vector<double>> drawn; // of each figure
  std::vector<double> weights(clusters.size());
  for (int i = 0; i < options.resamples; ++i) {
    const std::vector<double> times = draw(count, generator);
    std::ranges::transform(cluster, weights.begin(), [&](std::size_t number) { return times[number]; });
    const std::vector<double> values = figures(weights);
    drawn.resize(values.size());
    for (std::size_t k = 0; k < values.size(); ++k) {
      if (!std::isnan(values[k])) drawn[k].push_back(values[k]);
    }
  }
  const double tail = (1 - options.confidence) / 2;
  std::vector<Interval> intervals;
  for (const std::vector<double>& values : drawn) {
    intervals.push_back({quantile(values, tail), quantile(values, 1 - tail)});
  }
  return intervals;
}

} // namespace mammo::eval
