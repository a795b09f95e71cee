#include "mammo/models/retinanet.hpp"
#include "mammo/ops/boxes.hpp"

#include <algorithm>
#include <cmath>

namespace mammo::models {
namespace {

// One anchor taken to be of one class.
struct Candidate {
  float score;
  std::int64_t anchor;
  std::int64_t label;
};

bool better(const Candidate& a, const Candidate& b) {
  if (a.score != b.score) return a.score > b.score;
  return a.anchor != b.anchor ? a.anchor < b.anchor : a.label < b.label;
}

float sigmoid(float logit) {
  return static_cast<float>(1 / (1 + std::exp(-double{logit})));
}

// A logit below this one has a score below the threshold; spares an exponential for nearly all anchors.
double surely_below(double threshold) {
  if (threshold <= 0) return -INFINITY;
  if (threshold >= 1) return INFINITY;
  return std::log(threshold / (1 - threshold)) - 1e-3;
}

// Logits of anchors [first, last) of one image, [A, classes].
std::vector<Candidate> best_of_level(std::span<const float> logits, std::int64_t classes, std::int64_t first,
                                     std::int64_t last, const DetectionConfig& config) {
  const double floor = surely_below(config.score_threshold);
  std::vector<Candidate> found;
  for (std::int64_t label = 0; label < classes; ++label) {
    if (std::ranges::find(config.ignored_classes, label) != config.ignored_classes.end()) continue;
    for (std::int64_t anchor = first; anchor < last; ++anchor) {
      const float logit = logits[static_cast<std::size_t>(anchor * classes + label)];
      if (!(logit > floor)) continue;
      const float score = sigmoid(logit);
      if (score >= static_cast<float>(config.score_threshold)) found.push_back({score, anchor, label});
    }
  }
  const auto kept =
      std::min<std::size_t>(found.size(), static_cast<std::size_t>(config.candidates_per_level));
  std::ranges::partial_sort(found, found.begin() + static_cast<std::ptrdiff_t>(kept), better);
  found.resize(kept);
  return found;
}

// Rows of a [A, 4] table.
Tensor rows(std::span<const float> table, const std::vector<Candidate>& candidates) {
  Tensor result = Tensor::empty({static_cast<std::int64_t>(candidates.size()), 4});
  float* out = result.mutable_data<float>().data();
  for (const Candidate& c : candidates)
    out = std::copy_n(&table[static_cast<std::size_t>(c.anchor * 4)], 4, out);
  return result;
}

void clip_to(Tensor& boxes, Size2d input) {
  const auto values = boxes.mutable_data<float>();
  for (std::size_t i = 0; i < values.size(); ++i) {
    const auto limit = static_cast<float>(i % 2 == 0 ? input.width : input.height);
    values[i] = std::clamp(values[i], 0.0F, limit);
  }
}

// Greedy suppression among the candidates of each class: which of them stay.
std::vector<std::size_t> suppress(const Tensor& boxes, const std::vector<Candidate>& candidates,
                                  const DetectionConfig& config) {
  std::vector<std::int64_t> labels;
  for (const Candidate& c : candidates) labels.push_back(c.label);
  std::ranges::sort(labels);
  const auto repeated = std::ranges::unique(labels);
  labels.erase(repeated.begin(), repeated.end());

  std::vector<std::size_t> kept;
  for (const std::int64_t label : labels) {
    std::vector<std::size_t> members;
    for (std::size_t i = 0; i < candidates.size(); ++i) {
      if (candidates[i].label == label) members.push_back(i);
    }
    const auto count = static_cast<std::int64_t>(members.size());
    Tensor class_boxes = Tensor::empty({count, 4});
    Tensor scores = Tensor::empty({count});
    for (std::size_t i = 0; i < members.size(); ++i) {
      std::copy_n(&boxes.data<float>()[members[i] * 4], 4, &class_boxes.mutable_data<float>()[i * 4]);
      scores.mutable_data<float>()[i] = candidates[members[i]].score;
    }
    const Tensor stay = nms(class_boxes, scores,
                            {.iou_threshold = config.nms_threshold, .max_output = config.max_detections});
    for (const std::int64_t i : stay.contiguous().data<std::int64_t>()) {
      kept.push_back(members[static_cast<std::size_t>(i)]);
    }
  }
  return kept;
}

std::vector<Detection> detect_one(std::span<const float> logits, std::span<const float> deltas,
                                  std::span<const float> anchors, std::int64_t classes,
                                  const std::vector<std::int64_t>& level_ends, Size2d input,
                                  const DetectionConfig& config) {
  std::vector<Candidate> candidates;
  std::int64_t first = 0;
  for (const std::int64_t last : level_ends) {
    const auto level = best_of_level(logits, classes, first, last, config);
    candidates.insert(candidates.end(), level.begin(), level.end());
    first = last;
  }
  if (candidates.empty()) return {};
  Tensor boxes = box_decode(rows(deltas, candidates), rows(anchors, candidates)).plain();
  clip_to(boxes, input);

  std::vector<std::size_t> kept = suppress(boxes, candidates, config);
  std::ranges::sort(kept, [&](std::size_t a, std::size_t b) { return better(candidates[a], candidates[b]); });
  kept.resize(std::min<std::size_t>(kept.size(), static_cast<std::size_t>(config.max_detections)));

  std::vector<Detection> detections;
  for (const std::size_t i : kept) {
    const float* b = &boxes.data<float>()[i * 4];
    const Candidate& c = candidates[i];
    detections.push_back(
        {{b[0], b[1], double{b[2]} - b[0], double{b[3]} - b[1]}, c.score, c.label, c.anchor});
  }
  return detections;
}

} // namespace

std::vector<std::vector<Detection>> detect(const RetinaNetOutput& output, const AnchorConfig& anchors,
                                           const DetectionConfig& config) {
  const Tensor boxes = make_anchors(anchors, output.grids, output.input);
  const Tensor logits = output.cls_logits.plain().to(DType::f32);
  const Tensor deltas = output.bbox_regression.plain().to(DType::f32);
  const std::int64_t count = boxes.size(0);
  require<ShapeError>(logits.rank() == 3 && logits.size(1) == count, "logits ", logits.shape(), " for ",
                      count, " anchors");
  require<ShapeError>(deltas.shape() == Shape({logits.size(0), count, 4}), "box regression ", deltas.shape(),
                      ", expected ", Shape({logits.size(0), count, 4}));
  const std::int64_t per_cell = anchors_per_cell(anchors);
  std::vector<std::int64_t> level_ends;
  std::int64_t end = 0;
  for (const Size2d grid : output.grids) {
    end += grid.height * grid.width * per_cell;
    level_ends.push_back(end);
  }
  std::vector<std::vector<Detection>> images;
  for (std::int64_t n = 0; n < logits.size(0); ++n) {
    images.push_back(detect_one(logits.select(0, n).data<float>(), deltas.select(0, n).data<float>(),
                                boxes.data<float>(), logits.size(2), level_ends, output.input, config));
  }
  return images;
}

} // namespace mammo::models
