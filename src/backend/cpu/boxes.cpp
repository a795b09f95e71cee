#include "backend/cpu/ordering.hpp"
#include "backend/cpu/plans.hpp"
#include "mammo/core/threads.hpp"

#include <algorithm>
#include <cmath>
#include <functional>

namespace mammo::cpu {
namespace {

// The boxes kept so far, a coordinate an array, so that a candidate is compared with several at once.
class KeptBoxes {
 public:
  std::int64_t size() const { return static_cast<std::int64_t>(left_.size()); }

  bool any_overlaps(const kernels::BoxCorners& box, double threshold) const {
    return vector_kernels().overlaps_any(
        {left_.data(), top_.data(), right_.data(), bottom_.data(), area_.data()}, size(), box, threshold);
  }

  void add(const kernels::BoxCorners& box) {
    left_.push_back(box.left);
    top_.push_back(box.top);
    right_.push_back(box.right);
    bottom_.push_back(box.bottom);
    area_.push_back(box.area);
  }

 private:
  std::vector<double> left_, top_, right_, bottom_, area_;
};

kernels::BoxCorners corners_of(const float* box) {
  const double width = static_cast<double>(box[2]) - static_cast<double>(box[0]);
  const double height = static_cast<double>(box[3]) - static_cast<double>(box[1]);
  return {box[0], box[1], box[2], box[3], width > 0 && height > 0 ? width * height : 0};
}

} // namespace

PlanPointer plan(const BoxDecode& op, const Signature& signature, std::vector<TensorSpec> outputs) {
  if (signature.inputs[0].layout != Layout::row_major) return nullptr;
  constexpr std::int64_t grain = 2048;
  return make_plan(std::move(outputs), [=](std::span<const Tensor> inputs, std::span<Tensor> results) {
    const float* deltas = inputs[0].raw<float>();
    const float* anchors = inputs[1].raw<float>();
    float* boxes = results[0].mutable_raw<float>();
    parallel_for(0, results[0].size(0), grain, [&](std::int64_t begin, std::int64_t end) {
      for (std::int64_t i = begin; i < end; ++i) {
        // Two axes of a box: x and y, width and height.
        for (std::int64_t axis = 0; axis < 2; ++axis) {
          const double low = anchors[4 * i + axis];
          const double size = anchors[4 * i + axis + 2] - low;
          const auto shift = static_cast<std::size_t>(axis);
          const double centre = low + size / 2 + deltas[4 * i + axis] / op.weights[shift] * size;
          const double growth = std::min(deltas[4 * i + axis + 2] / op.weights[shift + 2], op.clip);
          const double half = size * std::exp(growth) / 2;
          boxes[4 * i + axis] = static_cast<float>(centre - half);
          boxes[4 * i + axis + 2] = static_cast<float>(centre + half);
        }
      }
    });
  });
}

// Both corners move with the centre, and apart with the size.
PlanPointer plan(const BoxDecodeGradient& op, const Signature&, std::vector<TensorSpec> outputs) {
  constexpr std::int64_t grain = 2048;
  return make_plan(
      std::move(outputs), [op = op.decode](std::span<const Tensor> inputs, std::span<Tensor> results) {
        const float* deltas = inputs[0].raw<float>();
        const float* anchors = inputs[1].raw<float>();
        const float* g = inputs[2].raw<float>();
        float* y = results[0].mutable_raw<float>();
        parallel_for(0, results[0].size(0), grain, [&](std::int64_t begin, std::int64_t end) {
          for (std::int64_t i = begin; i < end; ++i) {
            for (std::int64_t axis = 0; axis < 2; ++axis) {
              const std::int64_t low = 4 * i + axis;
              const std::int64_t high = low + 2;
              const auto shift = static_cast<std::size_t>(axis);
              const double size = static_cast<double>(anchors[high]) - anchors[low];
              const double growth = deltas[high] / op.weights[shift + 2];
              const double grown = growth > op.clip ? 0 : size * std::exp(growth);
              const double apart = (static_cast<double>(g[high]) - g[low]) / 2;
              y[low] = static_cast<float>((static_cast<double>(g[low]) + g[high]) * size / op.weights[shift]);
              y[high] = static_cast<float>(apart * grown / op.weights[shift + 2]);
            }
          }
        });
      });
}

PlanPointer plan(const Nms& op, const Signature& signature, std::vector<TensorSpec> outputs) {
  const std::int64_t count = signature.inputs[0].shape[0];
  if (count > most_ordered) return nullptr;
  return make_plan(std::move(outputs), [=](std::span<const Tensor> inputs, std::span<Tensor> results) {
    const float* boxes = inputs[0].raw<float>();
    const float* scores = inputs[1].raw<float>();
    auto* kept_indices = results[0].mutable_raw<std::int64_t>();
    std::fill_n(kept_indices, count, -1);
    std::vector<OrderKey> order;
    order.reserve(static_cast<std::size_t>(count));
    for (std::int64_t i = 0; i < count; ++i) order.emplace_back(scores[i], static_cast<std::uint32_t>(i));
    std::ranges::sort(order, std::greater<>());
    KeptBoxes kept;
    for (const OrderKey key : order) {
      if (kept.size() >= op.max_output) break;
      const kernels::BoxCorners box = corners_of(boxes + 4 * key.index());
      if (kept.any_overlaps(box, op.iou_threshold)) continue;
      kept_indices[kept.size()] = key.index();
      kept.add(box);
    }
    results[1].mutable_raw<std::int64_t>()[0] = kept.size();
  });
}

} // namespace mammo::cpu
