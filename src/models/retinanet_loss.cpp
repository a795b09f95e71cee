#include "mammo/models/retinanet_loss.hpp"

#include "mammo/ops/boxes.hpp"
#include "mammo/ops/elementwise.hpp"
#include "mammo/ops/losses.hpp"
#include "mammo/ops/reduction.hpp"
#include "mammo/ops/views.hpp"

#include <algorithm>
#include <array>
#include <utility>

namespace mammo::models {
namespace {

// What the outputs should be, an anchor of a picture after the other. Anchors that do not count have the
// weight 0, so that nothing has to be picked out, and a batch without positives is no special case.
struct Targets {
  Tensor classes;       // [N, A, classes], 1 for the class of a positive
  Tensor class_weights; // [N, A, 1]
  Tensor deltas;        // [N, A, 4]
  Tensor boxes;         // [N, A, 4] of (x1, y1, x2, y2); the anchor itself where there is none
  Tensor box_weights;   // [N, A, 1]
};

void check(const RetinaNetOutput& output, std::int64_t anchors, std::size_t pictures) {
  const Shape& logits = output.cls_logits.shape();
  require<ShapeError>(logits.rank() == 3 && logits[1] == anchors, "logits ", logits, " for ", anchors,
                      " anchors");
  require<ShapeError>(output.bbox_regression.shape() == Shape({logits[0], anchors, 4}), "box regression ",
                      output.bbox_regression.shape(), ", expected ", Shape({logits[0], anchors, 4}));
  require<ShapeError>(std::cmp_equal(logits[0], pictures), "boxes of ", pictures, " pictures for a batch of ",
                      logits[0]);
}

std::vector<Box> boxes_of(std::span<const LabelledBox> truth, std::int64_t classes) {
  std::vector<Box> boxes;
  for (const LabelledBox& t : truth) {
    require<ArgumentError>(t.label >= 0 && t.label < classes, "label ", t.label, ", expected 0 to ",
                           classes - 1);
    require<ArgumentError>(t.box.area() > 0, "a box of ", t.box.width, " x ", t.box.height,
                           " to learn, expected an area");
    boxes.push_back(t.box);
  }
  return boxes;
}

// Writes the rows of one picture, with weights of 1 and 0, and returns how many positives it has.
std::int64_t fill(Targets& targets, std::int64_t picture, const Tensor& anchors,
                  std::span<const LabelledBox> truth, const MatcherConfig& config) {
  const auto rows = static_cast<std::size_t>(anchors.size(0));
  const auto classes = static_cast<std::size_t>(targets.classes.size(2));
  const std::size_t first = static_cast<std::size_t>(picture) * rows;
  const auto matches = match_anchors(anchors, boxes_of(truth, targets.classes.size(2)), config);
  const auto class_weights = targets.class_weights.mutable_data<float>().subspan(first, rows);
  const auto box_weights = targets.box_weights.mutable_data<float>().subspan(first, rows);
  const auto is_class = targets.classes.mutable_data<float>().subspan(first * classes, rows * classes);
  const auto deltas = targets.deltas.mutable_data<float>().subspan(first * 4, rows * 4);
  const auto boxes = targets.boxes.mutable_data<float>().subspan(first * 4, rows * 4);
  std::ranges::copy(anchors.data<float>(), boxes.begin());
  std::int64_t positives = 0;
  for (std::size_t i = 0; i < rows; ++i) {
    if (matches[i] != between_matches) class_weights[i] = 1;
    if (matches[i] < 0) continue;
    const LabelledBox& match = truth[static_cast<std::size_t>(matches[i])];
    const auto delta = encode_box(match.box, anchors.data<float>().subspan(i * 4).first<4>());
    const std::array corners{match.box.x, match.box.y, match.box.right(), match.box.bottom()};
    for (std::size_t j = 0; j < 4; ++j) {
      deltas[i * 4 + j] = static_cast<float>(delta[j]);
      boxes[i * 4 + j] = static_cast<float>(corners[j]);
    }
    is_class[i * classes + static_cast<std::size_t>(match.label)] = 1;
    box_weights[i] = 1;
    ++positives;
  }
  return positives;
}

void scale(Tensor weights, std::int64_t picture, double factor) {
  const auto rows = static_cast<std::size_t>(weights.size(1));
  for (float& weight :
       weights.mutable_data<float>().subspan(static_cast<std::size_t>(picture) * rows, rows)) {
    weight *= static_cast<float>(factor);
  }
}

Targets targets_for(const RetinaNetOutput& output, const Tensor& anchors,
                    std::span<const std::vector<LabelledBox>> truth, const RetinaNetLossConfig& config) {
  const std::int64_t n = output.cls_logits.size(0);
  const std::int64_t a = anchors.size(0);
  Targets targets{Tensor::zeros(output.cls_logits.shape()), Tensor::zeros({n, a, 1}),
                  Tensor::zeros({n, a, 4}), Tensor::zeros({n, a, 4}), Tensor::zeros({n, a, 1})};
  std::vector<std::int64_t> positives;
  std::int64_t in_batch = 0;
  for (std::int64_t i = 0; i < n; ++i) {
    positives.push_back(fill(targets, i, anchors, truth[static_cast<std::size_t>(i)], config.matcher));
    in_batch += positives.back();
  }
  for (std::int64_t i = 0; i < n; ++i) {
    const std::int64_t of_image = std::max<std::int64_t>(positives[static_cast<std::size_t>(i)], 1) * n;
    const std::int64_t divisor = config.normalization == LossNormalization::image ? of_image : in_batch + 1;
    scale(targets.class_weights, i, 1 / static_cast<double>(divisor));
    scale(targets.box_weights, i, 1 / static_cast<double>(divisor));
  }
  return targets;
}

// Of every anchor: [N, A, 4], or [N, A, 1] where the four numbers make one.
Tensor box_losses(const Tensor& deltas, const Targets& targets, const Tensor& anchors,
                  const RetinaNetLossConfig& config) {
  const DType dtype = deltas.dtype();
  const Tensor wanted = targets.deltas.to(dtype);
  switch (config.box_loss) {
  case BoxLoss::l1: return abs(subtract(deltas, wanted));
  case BoxLoss::smooth_l1:
    return smooth_l1_loss(deltas, wanted, {.beta = config.box_beta, .reduction = Reduction::none});
  case BoxLoss::huber:
    return mean(huber_loss(deltas, wanted, {.beta = config.box_beta, .reduction = Reduction::none}), {2},
                true);
  case BoxLoss::giou: break;
  }
  const std::int64_t n = deltas.size(0);
  const std::int64_t a = deltas.size(1);
  const Tensor repeated = anchors.unsqueeze(0).expand({n, a, 4}).contiguous().reshape({n * a, 4}).to(dtype);
  const Tensor boxes = box_decode(reshape(deltas, {n * a, 4}), repeated);
  return reshape(giou_loss(boxes, targets.boxes.reshape({n * a, 4}).to(dtype), Reduction::none), {n, a, 1});
}

} // namespace

RetinaNetLoss retinanet_loss(const RetinaNetOutput& output, const AnchorConfig& anchor_config,
                             std::span<const std::vector<LabelledBox>> truth,
                             const RetinaNetLossConfig& config) {
  const Tensor anchors = make_anchors(anchor_config, output.grids, output.input);
  check(output, anchors.size(0), truth.size());
  const Targets targets = targets_for(output, anchors, truth, config);
  const DType dtype = output.cls_logits.dtype();

  const Tensor focal =
      focal_loss(output.cls_logits, targets.classes.to(dtype),
                 {.alpha = config.focal_alpha, .gamma = config.focal_gamma, .reduction = Reduction::none});
  const Tensor off = box_losses(output.bbox_regression, targets, anchors, config);
  RetinaNetLoss loss;
  loss.classification = sum(multiply(focal, targets.class_weights.to(dtype)));
  loss.boxes = sum(multiply(off, targets.box_weights.to(dtype)));
  const Tensor weight = Tensor::full({}, config.box_weight, {.dtype = dtype});
  loss.total = add(loss.classification, multiply(loss.boxes, weight));
  return loss;
}

} // namespace mammo::models
