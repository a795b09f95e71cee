#include "train/curves.hpp"

#include "mammo/image/line_plot.hpp"
#include "mammo/image/write_png.hpp"

#include <algorithm>
#include <array>
#include <chrono>
#include <numeric>
#include <utility>

namespace mammo::train {
namespace {

double now() {
  return std::chrono::duration<double>(std::chrono::system_clock::now().time_since_epoch()).count();
}

/// Means over as many neighbours as leave about 200 points.
image::LineSeries smoothed(std::string name, const std::vector<double>& x, const std::vector<double>& y) {
  const std::size_t width = std::max<std::size_t>(1, x.size() / 200);
  image::LineSeries series{.name = std::move(name), .x = {}, .y = {}};
  for (std::size_t i = 0; i + width <= x.size(); i += width) {
    const auto begin = y.begin() + static_cast<std::ptrdiff_t>(i);
    series.x.push_back(x[i + width - 1]);
    series.y.push_back(std::accumulate(begin, begin + static_cast<std::ptrdiff_t>(width), 0.0) /
                       static_cast<double>(width));
  }
  return series;
}

std::string column_of(const std::string& part) {
  return part + "_loss";
}

std::vector<std::string> step_columns(const StageTask::Names& names) {
  std::vector<std::string> columns{"step"};
  for (const std::string& part : names.losses) columns.push_back(column_of(part));
  columns.insert(columns.end(), {"loss", "rate", "gradient_norm", "seconds"});
  return columns;
}

std::vector<std::string> measure_columns(const StageTask::Names& names) {
  std::vector<std::string> columns{"step"};
  columns.insert(columns.end(), names.figures.begin(), names.figures.end());
  return columns;
}

} // namespace

Curves::Curves(std::filesystem::path folder, StageTask::Names names, std::int64_t step)
    : folder_(std::move(folder)),
      names_(std::move(names)),
      steps_(folder_ / "steps.csv", step_columns(names_), step),
      measures_(folder_ / "measures.csv", measure_columns(names_), step),
      events_(folder_, static_cast<std::int64_t>(now())) {}

void Curves::step(std::int64_t step, const Step& values) {
  std::vector<double> row = values.parts;
  row.insert(row.end(), {values.total, values.rate, values.gradient_norm, values.seconds});
  steps_.append(step, row);
  std::vector<TensorBoardWriter::Scalar> scalars;
  for (std::size_t i = 0; i < names_.losses.size(); ++i) {
    scalars.push_back({"loss/" + names_.losses[i], values.parts.at(i)});
  }
  scalars.push_back({"loss/total", values.total});
  scalars.push_back({"rate", values.rate});
  scalars.push_back({"gradient_norm", values.gradient_norm});
  events_.write(now(), step, scalars);
}

void Curves::measure(std::int64_t step, const Figures& values) {
  std::vector<double> row;
  std::vector<TensorBoardWriter::Scalar> scalars;
  for (const std::string& figure : names_.figures) {
    row.push_back(values.at(figure));
    scalars.push_back({"choosing/" + figure, values.at(figure)});
  }
  measures_.append(step, row);
  events_.write(now(), step, scalars);
}

std::vector<Curves::Look> Curves::looks() const {
  std::vector<Look> looks;
  for (const double step : measures_.column("step")) {
    looks.push_back({.step = static_cast<std::int64_t>(step), .measure = {}});
  }
  for (const std::string& figure : names_.figures) {
    const std::vector<double> values = measures_.column(figure);
    for (std::size_t i = 0; i < looks.size(); ++i) looks[i].measure[figure] = values[i];
  }
  return looks;
}

double Curves::recent(const std::string& column) const {
  constexpr std::ptrdiff_t window = 20;
  const std::vector<double> all = steps_.column(column);
  if (all.empty()) return 0;
  const auto begin = all.end() - std::min(window, std::ssize(all));
  return std::accumulate(begin, all.end(), 0.0) / static_cast<double>(all.end() - begin);
}

void Curves::draw() const {
  const std::vector<double> steps = steps_.column("step");
  if (steps.empty()) return;
  std::vector<image::LineSeries> losses{smoothed("all", steps, steps_.column("loss"))};
  for (const std::string& part : names_.losses) {
    losses.push_back(smoothed(part, steps, steps_.column(column_of(part))));
  }
  image::write_png(
      folder_ / "loss.png",
      image::draw_line_plot(losses, {.title = "Training", .x_label = "step", .y_label = "loss"}));
  const std::string& chosen_by = names_.chosen_by;
  const image::LineSeries measured{
      .name = {}, .x = measures_.column("step"), .y = measures_.column(chosen_by)};
  if (measured.x.empty()) return;
  image::write_png(
      folder_ / (chosen_by + ".png"),
      image::draw_line_plot(std::array{measured},
                            {.title = "Choosing folds", .x_label = "step", .y_label = chosen_by}));
}

} // namespace mammo::train
