#include "train/detector_curves.hpp"

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

} // namespace

DetectorCurves::DetectorCurves(std::filesystem::path folder, std::int64_t step)
    : folder_(std::move(folder)),
      steps_(folder_ / "steps.csv",
             {"step", "classification_loss", "box_loss", "loss", "rate", "gradient_norm", "seconds"}, step),
      measures_(folder_ / "measures.csv", {"step", "ap", "ap50", "sensitivity_at_1"}, step),
      events_(folder_, static_cast<std::int64_t>(now())) {}

void DetectorCurves::step(std::int64_t step, const Step& values) {
  steps_.append(step, std::array{values.classification, values.boxes, values.total, values.rate,
                                 values.gradient_norm, values.seconds});
  events_.write(now(), step,
                {{"loss/classification", values.classification},
                 {"loss/boxes", values.boxes},
                 {"loss/total", values.total},
                 {"rate", values.rate},
                 {"gradient_norm", values.gradient_norm}});
}

void DetectorCurves::measure(std::int64_t step, const DetectorMeasure& values) {
  measures_.append(step, std::array{values.ap, values.ap50, values.sensitivity});
  events_.write(now(), step,
                {{"choosing/ap", values.ap},
                 {"choosing/ap50", values.ap50},
                 {"choosing/sensitivity_at_1", values.sensitivity}});
}

std::vector<DetectorCurves::Look> DetectorCurves::looks() const {
  const auto step = measures_.column("step");
  const auto ap = measures_.column("ap");
  const auto ap50 = measures_.column("ap50");
  const auto sensitivity = measures_.column("sensitivity_at_1");
  std::vector<Look> looks;
  for (std::size_t i = 0; i < step.size(); ++i) {
    looks.push_back({.step = static_cast<std::int64_t>(step[i]),
                     .measure = {.ap = ap[i], .ap50 = ap50[i], .sensitivity = sensitivity[i]}});
  }
  return looks;
}

double DetectorCurves::recent(const std::string& column) const {
  constexpr std::ptrdiff_t window = 20;
  const std::vector<double> all = steps_.column(column);
  if (all.empty()) return 0;
  const auto begin = all.end() - std::min(window, std::ssize(all));
  return std::accumulate(begin, all.end(), 0.0) / static_cast<double>(all.end() - begin);
}

void DetectorCurves::draw() const {
  const std::vector<double> steps = steps_.column("step");
  if (steps.empty()) return;
  const std::array losses{smoothed("all", steps, steps_.column("loss")),
                          smoothed("classification", steps, steps_.column("classification_loss")),
                          smoothed("boxes", steps, steps_.column("box_loss"))};
  image::write_png(
      folder_ / "loss.png",
      image::draw_line_plot(losses, {.title = "Training", .x_label = "step", .y_label = "loss"}));
  const image::LineSeries measured{.name = {}, .x = measures_.column("step"), .y = measures_.column("ap50")};
  if (measured.x.empty()) return;
  image::write_png(folder_ / "ap50.png",
                   image::draw_line_plot(std::array{measured},
                                         {.title = "Choosing folds", .x_label = "step", .y_label = "AP50"}));
}

} // namespace mammo::train
