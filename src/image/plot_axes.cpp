#include "image/plot_axes.hpp"

#include "mammo/core/error.hpp"

#include <algorithm>
#include <cmath>
#include <limits>

namespace mammo::image {
namespace {

struct Range {
  double low = std::numeric_limits<double>::infinity();
  double high = -std::numeric_limits<double>::infinity();

  void include(double value) {
    low = std::min(low, value);
    high = std::max(high, value);
  }
};

} // namespace

bool can_be_drawn(const LineSeries& series, std::size_t i, bool logarithmic_y) {
  return std::isfinite(series.x[i]) && std::isfinite(series.y[i]) && (!logarithmic_y || series.y[i] > 0);
}

PlotAxes axes_of(std::span<const LineSeries> all, bool logarithmic_y) {
  require<ArgumentError>(!all.empty() && all.size() <= plot_colors.size(), "plot of ", all.size(),
                         " series, expected 1 to ", plot_colors.size());
  Range x;
  Range y;
  for (const LineSeries& series : all) {
    require<ArgumentError>(series.x.size() == series.y.size(), "plot: series \"", series.name, "\" has ",
                           series.x.size(), " x and ", series.y.size(), " y");
    for (std::size_t i = 0; i < series.x.size(); ++i) {
      if (!can_be_drawn(series, i, logarithmic_y)) continue;
      x.include(series.x[i]);
      y.include(series.y[i]);
    }
  }
  require<ArgumentError>(x.low <= x.high, "plot without a point that can be drawn");
  constexpr double largest = 1e300; // sums and differences of the ends stay finite
  require<ArgumentError>(std::max({-x.low, x.high, -y.low, y.high}) <= largest,
                         "plot of numbers beyond 1e300 in magnitude");
  return {{x.low, x.high, false}, {y.low, y.high, logarithmic_y}};
}

} // namespace mammo::image
