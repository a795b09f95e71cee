#include "mammo/app/saliency.hpp"

#include "app/stopwatch.hpp"
#include "mammo/explain/input_gradient.hpp"
#include "mammo/explain/integrated_gradients.hpp"
#include "mammo/explain/map.hpp"
#include "mammo/ops/views.hpp"

#include <algorithm>
#include <cmath>
#include <utility>

namespace mammo::app {
namespace {

constexpr std::array<std::string_view, 5> names{"input_gradient", "smooth_grad", "integrated_gradients",
                                                "grad_cam", "occlusion"};

/// What the network saw: the canvas less the mean, [1, 1, H, W].
Tensor input_of(const Analysis& analysis) {
  Tensor input =
      analysis.canvas.to(DType::f32).reshape({1, 1, analysis.canvas.size(0), analysis.canvas.size(1)});
  const auto mean = static_cast<float>(analysis.preprocessing.options.mean);
  for (float& value : input.mutable_data<float>()) value -= mean;
  return input;
}

const Detection& chosen(const Analysis& analysis, int box) {
  const auto count = analysis.detections.size();
  require<ArgumentError>(count > 0, "nothing was detected on this film, so there is no score to explain");
  require<ArgumentError>(box >= 1 && static_cast<std::size_t>(box) <= count, "box ", box, " of a film with ",
                         count, count == 1 ? " detection" : " detections");
  const Detection& detection = analysis.detections[static_cast<std::size_t>(box) - 1];
  require<NotImplemented>(
      detection.anchor >= 0,
      "the detection was found in the film's mirror image alone, so no score of the film explains it");
  return detection;
}

/// The logit behind a detection, and how the network came to it.
class Question {
 public:
  Question(const models::RetinaNet& network, const Detection& detection)
      : network_(network), detection_(detection) {}

  Tensor logit_of(const models::RetinaNetOutput& output) const {
    const Tensor row = select(output.cls_logits, 1, detection_.anchor);
    return select(row, 1, detection_.network_label);
  }

  explain::Score score() const {
    return [this](const Tensor& x) { return logit_of(network_.forward(x)); };
  }

  explain::ScoreFromFeatures score_at(std::int64_t level) const {
    return [this, level](const Tensor& x) {
      const auto output = network_.forward(x, {.keep_features = true});
      return explain::FeaturesAndScore{output.features.at(static_cast<std::size_t>(level)), logit_of(output)};
    };
  }

  /// Of the pyramid, to which the anchor belongs.
  std::int64_t level(const models::RetinaNetOutput& output) const {
    const std::int64_t per_cell = models::anchors_per_cell(network_.config().anchors);
    std::int64_t end = 0;
    for (std::size_t i = 0; i < output.grids.size(); ++i) {
      end += output.grids[i].height * output.grids[i].width * per_cell;
      if (detection_.anchor < end) return static_cast<std::int64_t>(i);
    }
    throw ArgumentError(concat("anchor ", detection_.anchor, " of ", end));
  }

 private:
  const models::RetinaNet& network_;
  const Detection& detection_;
};

Tensor map_of(const Question& question, std::int64_t level, const Tensor& x, const Analysis& analysis,
              const SaliencyOptions& options) {
  switch (options.method) {
  case SaliencyMethod::input_gradient: return explain::input_gradient(question.score(), x);
  case SaliencyMethod::smooth_grad: return explain::smooth_grad(question.score(), x, options.smooth_grad);
  case SaliencyMethod::integrated_gradients: {
    const Tensor black = Tensor::full({1}, -analysis.preprocessing.options.mean);
    return explain::integrated_gradients(question.score(), x, {.baseline = black, .steps = options.steps});
  }
  case SaliencyMethod::grad_cam: return explain::grad_cam(question.score_at(level), x, options.grad_cam);
  case SaliencyMethod::occlusion: return explain::occlusion(question.score(), x, options.occlusion);
  }
  throw ArgumentError("no such method");
}

const char* unit_of(SaliencyMethod method) {
  switch (method) {
  case SaliencyMethod::input_gradient:
  case SaliencyMethod::smooth_grad: return "logit per grey level";
  case SaliencyMethod::integrated_gradients: return "logit per pixel";
  case SaliencyMethod::grad_cam: return "logit per cell";
  case SaliencyMethod::occlusion: return "logit";
  }
  return "";
}

bool contains(const Box& box, Point p) {
  return p.x >= box.x && p.y >= box.y && p.x < box.right() && p.y < box.bottom();
}

/// Fills in what is read off the map: the blurred map, where there is film, and its peak.
void read_map(Saliency& saliency) {
  const Analysis& analysis = saliency.analysis;
  const AffineTransform to_film = analysis.preprocessing.image_to_input.inverse();
  const Box film{0, 0, static_cast<double>(analysis.image.width), static_cast<double>(analysis.image.height)};
  const auto at = [&](std::int64_t row, std::int64_t column) {
    return to_film.apply(Point{static_cast<double>(column) + 0.5, static_cast<double>(row) + 0.5});
  };
  saliency.shown = explain::blurred(saliency.map, saliency.options.blur);
  float* value = saliency.shown.mutable_data<float>().data();
  double sum = 0;
  double in_box = 0;
  for (std::int64_t row = 0; row < saliency.shown.size(0); ++row) {
    for (std::int64_t column = 0; column < saliency.shown.size(1); ++column, ++value) {
      const Point place = at(row, column);
      if (!contains(film, place)) *value = 0;
      const double speaks_for = std::max(0.0F, *value);
      sum += speaks_for;
      if (contains(saliency.explained.box, place)) in_box += speaks_for;
      saliency.is_signed = saliency.is_signed || *value < 0;
    }
  }
  const explain::Peak peak = explain::peak_of(saliency.shown);
  saliency.peak = at(peak.row, peak.column);
  saliency.peak_value = peak.value;
  saliency.share_in_box = sum > 0 ? in_box / sum : 0;
}

} // namespace

std::string_view name_of(SaliencyMethod method) {
  return names.at(static_cast<std::size_t>(method));
}

SaliencyMethod parse_saliency_method(std::string_view name) {
  std::string known;
  for (const SaliencyMethod method : all_saliency_methods) {
    if (name_of(method) == name) return method;
    known += (known.empty() ? "" : ", ") + std::string(name_of(method));
  }
  throw ArgumentError(concat("saliency method \"", name, "\", expected one of ", known));
}

Saliency explain_detection(const Analyzer& analyzer, Analysis analysis, const SaliencyOptions& options) {
  const ExecutionScope execution(analyzer.execution());
  Saliency saliency;
  saliency.options = options;
  saliency.unit = unit_of(options.method);
  saliency.explained = chosen(analysis, options.box);
  const Tensor x = input_of(analysis);
  Stopwatch watch(analysis.times);

  const models::RetinaNet& network = *analyzer.detector().network;
  const Question question(network, saliency.explained);
  const models::RetinaNetOutput output = network.forward(x);
  saliency.logit = question.logit_of(output).item<float>();
  saliency.level = question.level(output);
  saliency.map = map_of(question, saliency.level, x, analysis, options);
  watch.lap("saliency");

  saliency.analysis = std::move(analysis);
  read_map(saliency);
  return saliency;
}

} // namespace mammo::app
