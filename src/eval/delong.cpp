#include "mammo/eval/delong.hpp"

#include "eval/normal.hpp"
#include "mammo/core/error.hpp"

#include <algorithm>
#include <cmath>
#include <limits>
#include <map>
#include <numeric>
#include <vector>

namespace mammo::eval {
namespace {

/// Ranks from 1; equal values share the mean of theirs.
std::vector<double> midranks(const std::vector<double>& values) {
  std::vector<std::size_t> order(values.size());
  std::iota(order.begin(), order.end(), 0);
  std::ranges::sort(order, {}, [&](std::size_t i) { return values[i]; });
  std::vector<double> ranks(values.size());
  for (std::size_t begin = 0, end = 0; begin < order.size(); begin = end) {
    while (end < order.size() && values[order[end]] == values[order[begin]]) ++end;
    for (std::size_t i = begin; i < end; ++i) {
      ranks[order[i]] = static_cast<double>(begin + end + 1) / 2;
    }
  }
  return ranks;
}

/// What each cluster has: numbers of cases, and sums of their placements.
struct Cluster {
  double positives = 0;
  double negatives = 0;
  double positive_placements = 0;
  double negative_placements = 0;
};

/// One reader's placements: of a positive case the share of negative ones that score lower, of a negative one
/// the share of positive ones that score higher, equal ones counted half.
struct Placements {
  double auc = 0;
  double positives = 0;
  double negatives = 0;
  std::vector<Cluster> clusters;
};

void check(std::span<const ScoredCase> cases) {
  for (const ScoredCase& scored : cases) {
    require<ArgumentError>(scored.weight == 1, "AUC's variance: a weight is ", scored.weight, ", expected 1");
  }
}

Placements place(std::span<const ScoredCase> cases, std::span<const std::size_t> clusters) {
  check(cases);
  Placements placed{.auc = auc(cases), .positives = 0, .negatives = 0, .clusters = {}};
  placed.clusters.resize(clusters.empty() ? 0 : 1 + *std::ranges::max_element(clusters));
  std::vector<double> all, positives, negatives;
  for (const ScoredCase& scored : cases) {
    all.push_back(scored.score);
    (scored.positive ? positives : negatives).push_back(scored.score);
  }
  placed.positives = static_cast<double>(positives.size());
  placed.negatives = static_cast<double>(negatives.size());
  const std::vector<double> ranks = midranks(all);
  const std::vector<double> positive_ranks = midranks(positives);
  const std::vector<double> negative_ranks = midranks(negatives);
  for (std::size_t i = 0, p = 0, n = 0; i < cases.size(); ++i) {
    Cluster& cluster = placed.clusters[clusters[i]];
    if (cases[i].positive) {
      ++cluster.positives;
      cluster.positive_placements += (ranks[i] - positive_ranks[p++]) / placed.negatives;
    } else {
      ++cluster.negatives;
      cluster.negative_placements += 1 - (ranks[i] - negative_ranks[n++]) / placed.positives;
    }
  }
  return placed;
}

/// Obuchowski's covariance of two readers' areas; of one reader with itself the variance.
double covariance(const Placements& a, const Placements& b) {
  double with_positives = 0, with_negatives = 0, s10 = 0, s01 = 0, s11 = 0;
  for (std::size_t i = 0; i < a.clusters.size(); ++i) {
    const Cluster& x = a.clusters[i];
    const Cluster& y = b.clusters[i];
    with_positives += x.positives > 0 ? 1 : 0;
    with_negatives += x.negatives > 0 ? 1 : 0;
    const double x10 = x.positive_placements - x.positives * a.auc;
    const double x01 = x.negative_placements - x.negatives * a.auc;
    const double y10 = y.positive_placements - y.positives * b.auc;
    const double y01 = y.negative_placements - y.negatives * b.auc;
    s10 += x10 * y10;
    s01 += x01 * y01;
    s11 += x10 * y01 + x01 * y10;
  }
  require<ArgumentError>(with_positives > 1 && with_negatives > 1, "AUC's variance from ", with_positives,
                         " positive and ", with_negatives,
                         " negative cases or clusters, expected 2 or more of each");
  const double clusters = static_cast<double>(a.clusters.size());
  const double m = a.positives;
  const double n = a.negatives;
  return s10 * with_positives / (with_positives - 1) / (m * m) +
         s01 * with_negatives / (with_negatives - 1) / (n * n) + s11 * clusters / (clusters - 1) / (m * n);
}

double half_width(double standard_error, double confidence) {
  require<ArgumentError>(confidence > 0 && confidence < 1, "confidence ", confidence,
                         ", expected between 0 and 1");
  return standard_error * normal_quantile(1 - (1 - confidence) / 2);
}

AucEstimate estimate(const Placements& placed, double confidence) {
  const double error = std::sqrt(std::max(0.0, covariance(placed, placed)));
  const double half = half_width(error, confidence);
  return {.auc = placed.auc,
          .standard_error = error,
          .interval = {std::max(0.0, placed.auc - half), std::min(1.0, placed.auc + half)}};
}

AucComparison compare(const Placements& a, const Placements& b, double confidence) {
  AucComparison result;
  result.first = estimate(a, confidence);
  result.second = estimate(b, confidence);
  result.difference = a.auc - b.auc;
  const double variance = covariance(a, a) + covariance(b, b) - 2 * covariance(a, b);
  result.standard_error = std::sqrt(std::max(0.0, variance));
  const double half = half_width(result.standard_error, confidence);
  result.interval = {result.difference - half, result.difference + half};
  if (result.difference != 0) result.z = result.difference / result.standard_error;
  result.p = two_sided_p(result.z);
  return result;
}

std::vector<std::size_t> each_alone(std::size_t count) {
  std::vector<std::size_t> clusters(count);
  std::iota(clusters.begin(), clusters.end(), 0);
  return clusters;
}

std::vector<std::size_t> numbered(std::span<const std::string> names, std::size_t cases) {
  require<ArgumentError>(names.size() == cases, names.size(), " clusters of ", cases,
                         " cases, expected one for each");
  std::map<std::string, std::size_t> known;
  std::vector<std::size_t> numbers;
  for (const std::string& name : names) numbers.push_back(known.emplace(name, known.size()).first->second);
  return numbers;
}

void require_same_truth(std::span<const ScoredCase> first, std::span<const ScoredCase> second) {
  require<ArgumentError>(first.size() == second.size(), "readers of ", first.size(), " and ", second.size(),
                         " cases, expected the same cases");
  for (std::size_t i = 0; i < first.size(); ++i) {
    require<ArgumentError>(first[i].positive == second[i].positive, "case ", i,
                           " is positive for one reader and negative for the other");
  }
}

} // namespace

AucEstimate delong(std::span<const ScoredCase> cases, double confidence) {
  return estimate(place(cases, each_alone(cases.size())), confidence);
}

AucComparison delong_test(std::span<const ScoredCase> first, std::span<const ScoredCase> second,
                          double confidence) {
  require_same_truth(first, second);
  const std::vector<std::size_t> clusters = each_alone(first.size());
  return compare(place(first, clusters), place(second, clusters), confidence);
}

AucEstimate obuchowski(std::span<const ScoredCase> cases, std::span<const std::string> clusters,
                       double confidence) {
  return estimate(place(cases, numbered(clusters, cases.size())), confidence);
}

AucComparison obuchowski_test(std::span<const ScoredCase> first, std::span<const ScoredCase> second,
                              std::span<const std::string> clusters, double confidence) {
  require_same_truth(first, second);
  const std::vector<std::size_t> numbers = numbered(clusters, first.size());
  return compare(place(first, numbers), place(second, numbers), confidence);
}

} // namespace mammo::eval
