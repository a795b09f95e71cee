#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <span>
#include <string>
#include <vector>

namespace mammo::eval {

/// Both ends NaN where nothing could be said.
struct Interval {
  double low = 0;
  double high = 0;
};

struct BootstrapOptions {
  int resamples = 2000;
  double confidence = 0.95;
  std::uint64_t seed = 1;
};

/// Figures of a data set in which example i counts weights[i] times.
using WeightedFigures = std::function<std::vector<double>(std::span<const double> weights)>;

/// Percentile intervals by the bootstrap over clusters (Efron and Tibshirani 1993, ch. 13; clusters as in
/// Field and Welsh, JRSS B 2007): whole clusters, such as patients, are drawn with replacement, as many as
/// there are, and all figures are computed on each draw, so that the difference of two figures of one draw is
/// paired. Draws on which a figure is NaN are left out of that figure's interval.
///
/// `clusters`: each example's; examples with the same text are drawn together. Throws ArgumentError on no
/// example, fewer than 1 resample, a confidence outside (0, 1), and whatever `figures` throws.
std::vector<Interval> clustered_bootstrap(std::span<const std::string> clusters,
                                          const WeightedFigures& figures,
                                          const BootstrapOptions& options = {});

/// The value below which a fraction of the values lies, between the two nearest in proportion (NumPy's
/// default). NaN of none. `fraction`: 0 to 1.
double quantile(std::vector<double> values, double fraction);

} // namespace mammo::eval
