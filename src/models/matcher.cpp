#include "mammo/models/matcher.hpp"

#include <algorithm>
#include <cmath>

namespace mammo::models {
namespace {

struct Corners {
  float x1, y1, x2, y2;
  float area() const { return (x2 - x1) * (y2 - y1); }
};

Corners corners_of(const Box& box) {
  return {static_cast<float>(box.x), static_cast<float>(box.y), static_cast<float>(box.right()),
          static_cast<float>(box.bottom())};
}

float overlap(const Corners& a, const Corners& b) {
  const float width = std::max(std::min(a.x2, b.x2) - std::max(a.x1, b.x1), 0.0F);
  const float height = std::max(std::min(a.y2, b.y2) - std::max(a.y1, b.y1), 0.0F);
  const float common = width * height;
  return common / (a.area() + b.area() - common);
}

} // namespace

std::vector<std::int64_t> match_anchors(const Tensor& anchors, std::span<const Box> boxes,
                                        const MatcherConfig& config) {
  require<ArgumentError>(config.background_iou >= 0 && config.background_iou <= config.foreground_iou &&
                             config.foreground_iou <= 1,
                         "matcher between ", config.background_iou, " and ", config.foreground_iou,
                         ", expected 0 to 1, ascending");
  require<ShapeError>(anchors.rank() == 2 && anchors.size(1) == 4, "anchors ", anchors.shape(),
                      ", expected [A, 4]");
  const auto count = static_cast<std::size_t>(anchors.size(0));
  std::vector<std::int64_t> matches(count, no_match);
  if (boxes.empty()) return matches;

  const float* corner = anchors.data<float>().data();
  const auto anchor = [&](std::size_t i) {
    return Corners{corner[4 * i], corner[4 * i + 1], corner[4 * i + 2], corner[4 * i + 3]};
  };
  std::vector<float> best_iou(count, -1);
  std::vector<std::int64_t> best_box(count, 0);
  std::vector<float> best_of_box(boxes.size(), -1);
  for (std::size_t b = 0; b < boxes.size(); ++b) {
    const Corners box = corners_of(boxes[b]);
    for (std::size_t i = 0; i < count; ++i) {
      const float iou = overlap(box, anchor(i));
      best_of_box[b] = std::max(best_of_box[b], iou);
      if (iou > best_iou[i]) {
        best_iou[i] = iou;
        best_box[i] = static_cast<std::int64_t>(b);
      }
    }
  }
  for (std::size_t i = 0; i < count; ++i) {
    if (best_iou[i] >= static_cast<float>(config.foreground_iou)) {
      matches[i] = best_box[i];
    } else if (best_iou[i] >= static_cast<float>(config.background_iou)) {
      matches[i] = between_matches;
    }
  }
  if (!config.low_quality_matches) return matches;
  for (std::size_t b = 0; b < boxes.size(); ++b) {
    if (best_of_box[b] <= 0) continue;
    const Corners box = corners_of(boxes[b]);
    for (std::size_t i = 0; i < count; ++i) {
      if (overlap(box, anchor(i)) == best_of_box[b]) matches[i] = best_box[i];
    }
  }
  return matches;
}

std::array<double, 4> encode_box(const Box& box, std::span<const float, 4> anchor) {
  const double x = anchor[0];
  const double y = anchor[1];
  const double width = double{anchor[2]} - x;
  const double height = double{anchor[3]} - y;
  require<ArgumentError>(box.area() > 0 && width > 0 && height > 0, "a box of ", box.width, " x ", box.height,
                         " at an anchor of ", width, " x ", height, ", expected areas");
  return {(box.x + box.width / 2 - x - width / 2) / width, (box.y + box.height / 2 - y - height / 2) / height,
          std::log(box.width / width), std::log(box.height / height)};
}

} // namespace mammo::models
