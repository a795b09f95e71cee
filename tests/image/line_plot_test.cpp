#include "image/axis.hpp"
#include "mammo/core/error.hpp"
#include "mammo/image/line_plot.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <cstdint>
#include <limits>
#include <optional>
#include <string>
#include <vector>

#include <catch2/catch.hpp>

using namespace mammo;
using namespace mammo::image;

namespace {

using Labels = std::vector<std::string>;
using All = std::vector<LineSeries>;

Labels labels(const std::vector<Tick>& ticks) {
  Labels all;
  for (const Tick& tick : ticks) all.push_back(tick.label);
  return all;
}

// The first and second of the plot's colours.
enum class Color { blue, vermilion };

bool is(Color color, const std::uint8_t* p) {
  return color == Color::blue ? p[0] == 0 && p[1] == 114 && p[2] == 178
                              : p[0] == 213 && p[1] == 94 && p[2] == 0;
}

// The mean row of a colour's pixels in a column.
std::optional<double> row_of(const Tensor& plot, Color color, std::int64_t column) {
  double sum = 0;
  int count = 0;
  for (std::int64_t y = 0; y < plot.size(0); ++y) {
    if (!is(color, plot.data<std::uint8_t>().data() + (y * plot.size(1) + column) * 3)) continue;
    sum += static_cast<double>(y);
    ++count;
  }
  return count > 0 ? std::optional(sum / count) : std::nullopt;
}

// The columns that have the colour.
std::vector<std::int64_t> columns_of(const Tensor& plot, Color color) {
  std::vector<std::int64_t> columns;
  for (std::int64_t x = 0; x < plot.size(1); ++x) {
    if (row_of(plot, color, x)) columns.push_back(x);
  }
  return columns;
}

LineSeries level(double y) {
  return {"", {0, 1}, {y, y}};
}

constexpr double not_a_number = std::numeric_limits<double>::quiet_NaN();

} // namespace

// By hand.
TEST_CASE("ticks stand at multiples of 1, 2 or 5 times a power of ten") {
  CHECK(labels(linear_ticks(0, 300, 7)) == Labels{"0", "50", "100", "150", "200", "250", "300"});
  CHECK(labels(linear_ticks(0, 300, 6)) == Labels{"0", "100", "200", "300"});
  CHECK(labels(linear_ticks(-0.13, 0.27, 5)) == Labels{"-0.1", "0", "0.1", "0.2"});
  CHECK(labels(linear_ticks(0.96, 1.07, 6)) == Labels{"0.96", "0.98", "1.00", "1.02", "1.04", "1.06"});
  CHECK(labels(linear_ticks(0, 1, 1)) == Labels{"0"});
  CHECK(labels(linear_ticks(0, 2.1e6, 5)) == Labels{"0", "0.5e6", "1.0e6", "1.5e6", "2.0e6"});
  CHECK(labels(linear_ticks(0, 3e-5, 4)) == Labels{"0", "1e-5", "2e-5", "3e-5"});
  CHECK(labels(linear_ticks(0.5, 0.500003, 4)) == Labels{"0.500000", "0.500001", "0.500002", "0.500003"});
  CHECK(linear_ticks(0.2, 0.4, 3)[1].value == Approx(0.3));
}

TEST_CASE("ticks of a logarithmic axis are powers of ten, or between them where these are few") {
  CHECK(labels(logarithmic_ticks(0.0007, 200, 8)) == Labels{"0.001", "0.01", "0.1", "1", "10", "100"});
  CHECK(labels(logarithmic_ticks(1e-6, 1e6, 5)) == Labels{"1e-6", "0.001", "1", "1000", "1e6"});
  CHECK(labels(logarithmic_ticks(0.04, 1.2, 8)) == Labels{"0.05", "0.1", "0.2", "0.5", "1"});
  CHECK(labels(logarithmic_ticks(0.61, 0.69, 5)) == Labels{"0.62", "0.64", "0.66", "0.68"});
  CHECK(logarithmic_ticks(0.0007, 200, 8)[1].value == Approx(0.01));
}

TEST_CASE("an axis spans its values and a little more") {
  const Axis linear(10, 20, false);
  CHECK(linear.place(15) == Approx(0.5));
  CHECK(linear.place(10) == Approx(0.03 / 1.06));
  CHECK(linear.place(20) == Approx(1.03 / 1.06));
  const Axis logarithmic(0.01, 100, true);
  CHECK(logarithmic.place(1) == Approx(0.5));
  CHECK(logarithmic.place(10) - logarithmic.place(1) == Approx(0.25 / 1.06));
  for (const double value : {0.0, 1.0, -3.0, 1e9}) {
    CHECK(Axis(value, value, false).place(value) == Approx(0.5));
    CHECK(Axis(value, value, false).ticks(5).size() >= 2);
  }
  CHECK(Axis(1, 1, true).place(1) == Approx(0.5));
}

TEST_CASE("a series lies where its numbers say") {
  const All rising = {{"", {0, 10}, {0, 10}}, {"", {0, 5}, {10, 10}}};
  const Tensor plot = draw_line_plot(rising, {.height = 400, .width = 600});
  CHECK(plot.shape() == Shape{400, 600, 3});
  const auto columns = columns_of(plot, Color::blue);
  REQUIRE(columns.size() > 400);
  const std::int64_t first = columns.front();
  const std::int64_t last = columns.back();
  const double bottom = row_of(plot, Color::blue, first).value();
  const double top = row_of(plot, Color::blue, last).value();
  CHECK(bottom > 300);
  CHECK(top < 100);
  // A straight line from corner to corner; the other series from its left end at its upper end's height to
  // the middle.
  for (const double part : {0.25, 0.5, 0.75}) {
    const auto column = first + std::llround(part * static_cast<double>(last - first));
    CHECK(row_of(plot, Color::blue, column).value() == Approx(bottom + part * (top - bottom)).margin(1.5));
  }
  const auto across = columns_of(plot, Color::vermilion);
  CHECK(static_cast<double>(across.front()) == Approx(first).margin(2));
  CHECK(static_cast<double>(across.back()) == Approx(0.5 * static_cast<double>(first + last)).margin(3));
  CHECK(row_of(plot, Color::vermilion, first + 40).value() == Approx(top).margin(1.5));
}

TEST_CASE("equal ratios are equally far apart where y is logarithmic, equal differences elsewhere") {
  const auto rows = [](double between, bool logarithmic) {
    const All levels = {level(1), level(between), level(100)};
    const Tensor plot = draw_line_plot(levels, {.logarithmic_y = logarithmic});
    const Tensor alone =
        draw_line_plot(All{level(between), level(1), level(100)}, {.logarithmic_y = logarithmic});
    return std::array{row_of(plot, Color::blue, 500).value(), row_of(alone, Color::blue, 500).value(),
                      row_of(alone, Color::vermilion, 500).value()};
  };
  const auto logarithmic = rows(10, true);
  const auto linear = rows(50.5, false);
  CHECK(logarithmic[0] == logarithmic[2]);
  CHECK(logarithmic[1] < logarithmic[0] - 100);
  CHECK(logarithmic[1] == Approx(linear[1]).margin(1)); // in the middle
}

TEST_CASE("a gap is left where a number is missing, and a point by itself is a dot") {
  for (const double missing : {not_a_number, std::numeric_limits<double>::infinity(), -1.0}) {
    const LineSeries series{"", {0, 1, 2, 3, 4, 5, 6}, {1, 1, missing, 2, missing, 1, 1}};
    const Tensor plot = draw_line_plot(All{series}, {.logarithmic_y = true, .width = 700});
    const auto columns = columns_of(plot, Color::blue);
    std::vector<std::int64_t> starts = {columns.front()};
    for (std::size_t i = 1; i < columns.size(); ++i) {
      if (columns[i] > columns[i - 1] + 1) starts.push_back(columns[i]);
    }
    REQUIRE(starts.size() == 3); // the line, the dot at 3, the line from 5 on
    const auto unit = static_cast<double>(columns.back() - columns.front()) / 6;
    CHECK(static_cast<double>(starts[1] - columns.front()) == Approx(3 * unit).margin(6));
    CHECK(static_cast<double>(starts[2] - columns.front()) == Approx(5 * unit).margin(6));
  }
  const Tensor one = draw_line_plot(All{LineSeries{"", {3}, {1e9}}});
  CHECK(columns_of(one, Color::blue).size() >= 3);
}

TEST_CASE("title, labels and legend are written, and the same plot is the same bytes") {
  const auto plot = [](const char* title, const char* x, const char* y, const char* name) {
    return draw_line_plot(All{{name, {0, 1, 2}, {3, 2, 1}}}, {.title = title, .x_label = x, .y_label = y});
  };
  const auto ink_of = [](const Tensor& picture) {
    int dark = 0;
    const auto rgb = picture.data<std::uint8_t>();
    for (std::size_t i = 0; i < rgb.size(); i += 3) dark += std::max({rgb[i], rgb[i + 1], rgb[i + 2]}) < 100;
    return dark;
  };
  // A space takes a text's place without ink.
  const int without = ink_of(plot(" ", " ", " ", " "));
  CHECK(ink_of(plot("Loss", " ", " ", " ")) > without + 50);
  CHECK(ink_of(plot(" ", "loss", " ", " ")) > without + 50);
  CHECK(ink_of(plot(" ", " ", "loss", " ")) > without + 50);
  CHECK(ink_of(plot(" ", " ", " ", "loss")) > without + 50);

  const Tensor once = plot("Loss", "step", "loss", "\xc3\xbc");
  const Tensor again = plot("Loss", "step", "loss", "?");
  CHECK(std::ranges::equal(once.data<std::uint8_t>(), again.data<std::uint8_t>()));
}

TEST_CASE("plots that show nothing are refused") {
  CHECK_THROWS_WITH(draw_line_plot({}), "plot of 0 series, expected 1 to 7");
  CHECK_THROWS_AS(draw_line_plot(All(8, level(1))), ArgumentError);
  CHECK_THROWS_WITH(draw_line_plot(All{LineSeries{"a", {1, 2}, {1}}}), "plot: series \"a\" has 2 x and 1 y");
  CHECK_THROWS_WITH(draw_line_plot(All{LineSeries{"a", {1}, {not_a_number}}}),
                    "plot without a point that can be drawn");
  CHECK_THROWS_AS(draw_line_plot(All{level(0)}, {.logarithmic_y = true}), ArgumentError);
  CHECK_THROWS_AS(draw_line_plot(All{level(1e301)}), ArgumentError);
  CHECK_THROWS_AS(draw_line_plot(All{level(1)}, {.height = 60, .width = 60}), ArgumentError);
  CHECK_THROWS_AS(draw_line_plot(All{level(1)}, {.width = 100'000}), ArgumentError);
}

TEST_CASE("An SVG plot has a line for each run of points, and its texts escaped") {
  const double nan = std::numeric_limits<double>::quiet_NaN();
  const All series = {{"a < b", {0, 1, 2, 3, 4}, {0, 1, nan, 2, 4}}, {"", {2}, {3}}};
  const std::string svg = line_plot_svg(series, {.title = "R&D", .height = 300, .width = 400});
  const auto count = [&](const std::string& what) {
    std::size_t times = 0;
    for (std::size_t at = svg.find(what); at != std::string::npos; at = svg.find(what, at + 1)) ++times;
    return times;
  };
  CHECK(svg.starts_with("<svg "));
  CHECK(svg.ends_with("</svg>\n"));
  CHECK(count("<polyline") == 2);
  CHECK(count("<circle") == 1);
  CHECK(count("a &lt; b") == 1);
  CHECK(count("R&amp;D") == 1);
  CHECK(count("nan") == 0);
  CHECK_THROWS_AS(line_plot_svg({}), ArgumentError);
  CHECK_THROWS_AS(line_plot_svg(series, {.height = 0}), ArgumentError);
}
