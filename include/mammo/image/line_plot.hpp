#pragma once

#include "mammo/core/tensor.hpp"

#include <cstdint>
#include <span>
#include <string>
#include <vector>

namespace mammo::image {

/// Points joined by a line, in their order.
struct LineSeries {
  std::string name; ///< for the legend; may be empty
  std::vector<double> x;
  std::vector<double> y;
};

struct LinePlotOptions {
  std::string title = {};
  std::string x_label = {};
  std::string y_label = {};
  /// Equal ratios of y are equally far apart.
  bool logarithmic_y = false;
  std::int64_t height = 540; ///< pixels
  std::int64_t width = 960;
};

/// The series over common axes, which span all points, with ticks at round numbers and a legend of those that
/// have a name. A point that is NaN or infinite, or not positive where y is logarithmic, is a gap in its
/// line; a point between two gaps is a dot. Characters outside of ASCII are drawn as '?'. Up to seven series,
/// in Okabe and Ito's colours.
///
/// Returns RGB, u8 [height, width, 3], for write_png. Throws ArgumentError on no series or more than seven,
/// on x and y of different lengths, where no point can be drawn, and where the size leaves no room for the
/// axes.
Tensor draw_line_plot(std::span<const LineSeries> series, const LinePlotOptions& options = {});

/// The same plot as an SVG 1.1 document, its text in the reader's own sans-serif font. Throws as above, but
/// no size is too small.
std::string line_plot_svg(std::span<const LineSeries> series, const LinePlotOptions& options = {});

} // namespace mammo::image
