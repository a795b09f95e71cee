#pragma once

#include "image/axis.hpp"
#include "mammo/image/line_plot.hpp"

#include <array>
#include <cstddef>
#include <cstdint>
#include <span>

namespace mammo::image {

/// Okabe and Ito (2008), without their yellow, which is hard to see on white. RGB.
inline constexpr std::array<std::array<std::uint8_t, 3>, 7> plot_colors = {
    {{0, 114, 178}, {213, 94, 0}, {0, 158, 115}, {204, 121, 167}, {86, 180, 233}, {230, 159, 0}, {0, 0, 0}}};

struct PlotAxes {
  Axis x;
  Axis y;
};

/// Whether point i of a series is no gap.
bool can_be_drawn(const LineSeries& series, std::size_t i, bool logarithmic_y);

/// Axes that span all points. Throws ArgumentError as draw_line_plot says, but for the size.
PlotAxes axes_of(std::span<const LineSeries> all, bool logarithmic_y);

} // namespace mammo::image
