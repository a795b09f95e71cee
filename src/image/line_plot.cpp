#include "mammo/image/line_plot.hpp"

#include "image/lettering.hpp"
#include "image/plot_axes.hpp"
#include "mammo/core/error.hpp"

#include <algorithm>
#include <cmath>
#include <vector>

#include <opencv2/imgproc.hpp>

namespace mammo::image {
namespace {

const cv::Scalar paper(255, 255, 255);
const cv::Scalar ink(40, 40, 40);
const cv::Scalar grid_colour(225, 225, 225);

// OpenCV's lines take whole numbers of sixteenths of a pixel.
constexpr int fraction_bits = 4;

// Sizes that follow the picture, in its pixels.
struct Measures {
  int gap;
  int tick;
  int line;
  Lettering text;
  Lettering heading;

  explicit Measures(double height)
      : gap(std::max(4, static_cast<int>(std::lround(height / 60)))),
        tick(gap / 2),
        line(std::max(2, static_cast<int>(std::lround(height / 270)))),
        text(std::max(7.0, height / 58)),
        heading(std::max(8.0, height / 45)) {}
};

cv::Scalar color_of(std::size_t series) {
  const auto& rgb = plot_colors[series];
  return {static_cast<double>(rgb[0]), static_cast<double>(rgb[1]), static_cast<double>(rgb[2])};
}

struct LegendEntry {
  std::string name;
  cv::Scalar color;
  int left;
  int row;
};

std::vector<LegendEntry> legend_of(std::span<const LineSeries> all, int left, int right, const Measures& m) {
  std::vector<LegendEntry> entries;
  int x = left;
  int row = 0;
  for (std::size_t i = 0; i < all.size(); ++i) {
    const std::string name = printable(all[i].name);
    if (name.empty()) continue;
    const int width = 4 * m.gap + m.text.width(name) + 2 * m.gap;
    if (x > left && x + width > right) {
      x = left;
      ++row;
    }
    entries.push_back({name, color_of(i), x, row});
    x += width;
  }
  return entries;
}

void draw_legend(cv::Mat& rgb, const std::vector<LegendEntry>& entries, int top, const Measures& m) {
  for (const LegendEntry& entry : entries) {
    const int y = top + entry.row * m.text.line_height();
    const int middle = y + m.text.line_height() / 2;
    cv::line(rgb, {entry.left, middle}, {entry.left + 3 * m.gap, middle}, entry.color, m.line, cv::LINE_AA);
    m.text.draw(rgb, entry.name, entry.left + 4 * m.gap, y, ink);
  }
}

// Upwards, its middle at `middle`.
void draw_upwards(cv::Mat& rgb, const std::string& text, int left, int middle, const Lettering& lettering) {
  const int length = std::min(lettering.width(text), rgb.rows);
  cv::Mat lying(lettering.line_height(), length, CV_8UC3, paper);
  lettering.draw(lying, text, 0, 0, ink);
  cv::Mat standing;
  cv::rotate(lying, standing, cv::ROTATE_90_COUNTERCLOCKWISE);
  const int top = std::clamp(middle - length / 2, 0, rgb.rows - length);
  standing.copyTo(rgb(cv::Rect(left, top, standing.cols, standing.rows)));
}

int widest_label(const std::vector<Tick>& ticks, const Lettering& lettering) {
  int widest = 0;
  for (const Tick& tick : ticks) widest = std::max(widest, lettering.width(tick.label));
  return widest;
}

void draw_x_ticks(cv::Mat& rgb, const cv::Rect& area, const Axis& axis, const std::vector<Tick>& ticks,
                  const Measures& m) {
  const int bottom = area.y + area.height;
  for (const Tick& tick : ticks) {
    const int x = area.x + static_cast<int>(std::lround(axis.place(tick.value) * area.width));
    cv::line(rgb, {x, area.y}, {x, bottom}, grid_colour);
    cv::line(rgb, {x, bottom}, {x, bottom + m.tick}, ink);
    m.text.draw(rgb, tick.label, x - m.text.width(tick.label) / 2, bottom + m.tick, ink);
  }
}

void draw_y_ticks(cv::Mat& rgb, const cv::Rect& area, const Axis& axis, const std::vector<Tick>& ticks,
                  const Measures& m) {
  for (const Tick& tick : ticks) {
    const int y = area.y + area.height - static_cast<int>(std::lround(axis.place(tick.value) * area.height));
    cv::line(rgb, {area.x, y}, {area.x + area.width, y}, grid_colour);
    cv::line(rgb, {area.x - m.tick, y}, {area.x, y}, ink);
    m.text.draw(rgb, tick.label, area.x - m.tick - m.gap / 2 - m.text.width(tick.label),
                y - m.text.line_height() / 2, ink);
  }
}

// A line through each run of points between gaps.
void draw_series(cv::Mat& rgb, const cv::Rect& area, const PlotAxes& axes, const LineSeries& series,
                 const cv::Scalar& color, bool logarithmic_y, const Measures& m) {
  constexpr double fine = 1 << fraction_bits;
  std::vector<cv::Point> run;
  const auto end_run = [&] {
    if (run.size() == 1) {
      const int radius = static_cast<int>(1.5 * m.line * fine);
      cv::circle(rgb, run[0], radius, color, cv::FILLED, cv::LINE_AA, fraction_bits);
    } else if (run.size() > 1) {
      cv::polylines(rgb, run, false, color, m.line, cv::LINE_AA, fraction_bits);
    }
    run.clear();
  };
  for (std::size_t i = 0; i < series.x.size(); ++i) {
    if (!can_be_drawn(series, i, logarithmic_y)) {
      end_run();
      continue;
    }
    const double x = area.x + axes.x.place(series.x[i]) * area.width;
    const double y = area.y + (1 - axes.y.place(series.y[i])) * area.height;
    run.emplace_back(static_cast<int>(std::lround(x * fine)), static_cast<int>(std::lround(y * fine)));
  }
  end_run();
}

} // namespace

Tensor draw_line_plot(std::span<const LineSeries> series, const LinePlotOptions& options) {
  const PlotAxes axes = axes_of(series, options.logarithmic_y);
  constexpr std::int64_t largest_side = 8192;
  require<ArgumentError>(std::clamp<std::int64_t>(options.height, 1, largest_side) == options.height &&
                             std::clamp<std::int64_t>(options.width, 1, largest_side) == options.width,
                         "plot of ", options.height, " x ", options.width, " pixels, expected 1 to ",
                         largest_side, " a side");
  const int height = static_cast<int>(options.height);
  const int width = static_cast<int>(options.width);
  const Measures m(height);

  // From the edges inwards: what the labels, the heading and the legend leave is the area of the axes.
  const std::vector<Tick> y_ticks = axes.y.ticks(std::max(2, height / (4 * m.text.line_height())));
  const int left = m.gap + (options.y_label.empty() ? 0 : m.text.line_height() + m.gap / 2) +
                   widest_label(y_ticks, m.text) + m.gap / 2 + m.tick;
  const int right = width - 2 * m.gap;
  const int legend_top = m.gap + (options.title.empty() ? 0 : m.heading.line_height());
  const std::vector<LegendEntry> legend = legend_of(series, left, right, m);
  const int legend_rows = legend.empty() ? 0 : legend.back().row + 1;
  const int top = legend_top + legend_rows * m.text.line_height() + m.gap;
  const int bottom = height - m.gap / 2 - m.tick - (options.x_label.empty() ? 1 : 2) * m.text.line_height();
  const cv::Rect area(left, top, right - left, bottom - top);
  require<ArgumentError>(area.width >= 50 && area.height >= 50, "plot of ", height, " x ", width,
                         " pixels: labels and legend leave no room for the axes");

  Tensor picture = Tensor::empty({height, width, 3}, {.dtype = DType::u8});
  cv::Mat rgb(height, width, CV_8UC3, picture.mutable_data<std::uint8_t>().data());
  rgb.setTo(paper);
  draw_x_ticks(rgb, area, axes.x, axes.x.ticks(std::max(2, area.width / (9 * m.gap))), m);
  draw_y_ticks(rgb, area, axes.y, y_ticks, m);
  for (std::size_t i = 0; i < series.size(); ++i) {
    draw_series(rgb, area, axes, series[i], color_of(i), options.logarithmic_y, m);
  }
  cv::line(rgb, {left, bottom}, {right, bottom}, ink);
  cv::line(rgb, {left, top}, {left, bottom}, ink);

  draw_legend(rgb, legend, legend_top, m);
  m.heading.draw(rgb, printable(options.title), left, m.gap / 2, ink);
  const std::string x_label = printable(options.x_label);
  m.text.draw(rgb, x_label, left + (area.width - m.text.width(x_label)) / 2,
              bottom + m.tick + m.text.line_height(), ink);
  if (!options.y_label.empty()) {
    draw_upwards(rgb, printable(options.y_label), m.gap, top + area.height / 2, m.text);
  }
  return picture;
}

} // namespace mammo::image
