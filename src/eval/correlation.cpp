#include "mammo/eval/correlation.hpp"

#include "mammo/core/error.hpp"

#include <cmath>
#include <cstddef>
#include <limits>
#include <numeric>
#include <vector>

namespace mammo::eval {

double correlation(std::span<const double> x, std::span<const double> y) {
  return correlation(x, y, std::vector<double>(x.size(), 1.0));
}

double correlation(std::span<const double> x, std::span<const double> y, std::span<const double> weights) {
  require<ArgumentError>(x.size() == y.size() && x.size() == weights.size(), "correlation of ", x.size(),
                         " and ", y.size(), " numbers with ", weights.size(), " weights");
  const auto mean_of = [&](std::span<const double> values) {
    return std::inner_product(values.begin(), values.end(), weights.begin(), 0.0) /
           std::accumulate(weights.begin(), weights.end(), 0.0);
  };
  const double mean_x = mean_of(x);
  const double mean_y = mean_of(y);
  double xx = 0;
  double yy = 0;
  double xy = 0;
  for (std::size_t i = 0; i < x.size(); ++i) {
    xx += weights[i] * (x[i] - mean_x) * (x[i] - mean_x);
    yy += weights[i] * (y[i] - mean_y) * (y[i] - mean_y);
    xy += weights[i] * (x[i] - mean_x) * (y[i] - mean_y);
  }
  return xx > 0 && yy > 0 ? xy / std::sqrt(xx * yy) : std::numeric_limits<double>::quiet_NaN();
}

} // namespace mammo::eval
