#include "image/plot_axes.hpp"
#include "mammo/core/error.hpp"

#include <cmath>
#include <iomanip>
#include <sstream>
#include <string>
#include <string_view>

namespace mammo::image {
namespace {

std::string escaped(std::string_view text) {
  std::string out;
  for (const char c : text) {
    switch (c) {
    case '&': out += "&amp;"; break;
    case '<': out += "&lt;"; break;
    case '>': out += "&gt;"; break;
    case '"': out += "&quot;"; break;
    default: out += static_cast<unsigned char>(c) < ' ' ? ' ' : c;
    }
  }
  return out;
}

std::string hex(const std::array<std::uint8_t, 3>& color) {
  std::ostringstream text;
  text << '#' << std::hex << std::setfill('0');
  for (const std::uint8_t part : color) text << std::setw(2) << int{part};
  return text.str();
}

/// The document as it grows. Lengths are pixels.
class SvgPlot {
 public:
  SvgPlot(const PlotAxes& axes, const LinePlotOptions& options, bool has_legend)
      : axes_(axes),
        options_(options),
        font_(std::max(9.0, static_cast<double>(options.height) / 36)),
        left_(6 * font_),
        right_(static_cast<double>(options.width) - 2 * font_),
        top_(font_ * (has_legend ? 4.2 : 2.6)),
        bottom_(static_cast<double>(options.height) - 4 * font_) {
    out_ << std::fixed << std::setprecision(2);
    out_ << "<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"" << options.width << "\" height=\""
         << options.height << "\" viewBox=\"0 0 " << options.width << ' ' << options.height
         << "\" font-family=\"sans-serif\" font-size=\"" << font_
         << "\" fill=\"#282828\">\n<rect width=\"100%\" height=\"100%\" fill=\"#ffffff\"/>\n";
  }

  void draw_axes() {
    for (const Tick& tick : axes_.x.ticks(8)) {
      line(x(tick.value), top_, x(tick.value), bottom_, "#e1e1e1");
      text(x(tick.value), bottom_ + 1.3 * font_, "middle", tick.label);
    }
    for (const Tick& tick : axes_.y.ticks(10)) {
      line(left_, y(tick.value), right_, y(tick.value), "#e1e1e1");
      text(left_ - 0.5 * font_, y(tick.value) + 0.35 * font_, "end", tick.label);
    }
    line(left_, bottom_, right_, bottom_, "#282828");
    line(left_, top_, left_, bottom_, "#282828");
    text(left_, 1.6 * font_, "start", options_.title);
    text((left_ + right_) / 2, bottom_ + 3 * font_, "middle", options_.x_label);
    out_ << "<g transform=\"rotate(-90 " << 1.4 * font_ << ' ' << (top_ + bottom_) / 2 << ")\">";
    text(1.4 * font_, (top_ + bottom_) / 2, "middle", options_.y_label);
    out_ << "</g>\n";
  }

  void draw_series(const LineSeries& series, const std::string& color) {
    std::size_t begin = 0;
    for (std::size_t i = 0; i <= series.x.size(); ++i) {
      if (i < series.x.size() && can_be_drawn(series, i, options_.logarithmic_y)) continue;
      draw_run(series, begin, i, color);
      begin = i + 1;
    }
  }

  void draw_legend_entry(const std::string& name, const std::string& color) {
    if (name.empty()) return;
    line(legend_, 3 * font_, legend_ + 2 * font_, 3 * font_, color, 2.5);
    text(legend_ + 2.5 * font_, 3.35 * font_, "start", name);
    legend_ += (4 + 0.6 * static_cast<double>(name.size())) * font_;
  }

  std::string finish() {
    out_ << "</svg>\n";
    return out_.str();
  }

 private:
  double x(double value) const { return left_ + axes_.x.place(value) * (right_ - left_); }
  double y(double value) const { return bottom_ - axes_.y.place(value) * (bottom_ - top_); }

  void line(double x1, double y1, double x2, double y2, const std::string& color, double width = 1) {
    out_ << "<path d=\"M" << x1 << ' ' << y1 << 'L' << x2 << ' ' << y2 << "\" stroke=\"" << color
         << "\" stroke-width=\"" << width << "\"/>\n";
  }

  void text(double left, double baseline, const char* anchor, const std::string& what) {
    if (what.empty()) return;
    out_ << "<text x=\"" << left << "\" y=\"" << baseline << "\" text-anchor=\"" << anchor << "\">"
         << escaped(what) << "</text>\n";
  }

  /// Points begin .. end - 1, between two gaps.
  void draw_run(const LineSeries& series, std::size_t begin, std::size_t end, const std::string& color) {
    if (end == begin + 1) {
      out_ << "<circle cx=\"" << x(series.x[begin]) << "\" cy=\"" << y(series.y[begin])
           << "\" r=\"3\" fill=\"" << color << "\"/>\n";
    } else if (end > begin) {
      out_ << "<polyline fill=\"none\" stroke=\"" << color << "\" stroke-width=\"2\" points=\"";
      for (std::size_t i = begin; i < end; ++i) out_ << x(series.x[i]) << ',' << y(series.y[i]) << ' ';
      out_ << "\"/>\n";
    }
  }

  const PlotAxes& axes_;
  const LinePlotOptions& options_;
  double font_, left_, right_, top_, bottom_;
  double legend_ = left_;
  std::ostringstream out_;
};

} // namespace

std::string line_plot_svg(std::span<const LineSeries> series, const LinePlotOptions& options) {
  const PlotAxes axes = axes_of(series, options.logarithmic_y);
  require<ArgumentError>(options.height > 0 && options.width > 0, "plot of ", options.height, " x ",
                         options.width, " pixels, expected 1 or more a side");
  bool has_legend = false;
  for (const LineSeries& one : series) has_legend = has_legend || !one.name.empty();
  SvgPlot plot(axes, options, has_legend);
  plot.draw_axes();
  for (std::size_t i = 0; i < series.size(); ++i) {
    plot.draw_series(series[i], hex(plot_colors[i]));
    plot.draw_legend_entry(series[i].name, hex(plot_colors[i]));
  }
  return plot.finish();
}

} // namespace mammo::image
