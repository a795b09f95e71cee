#include "backend/reference/order.hpp"
#include "backend/reference/reference.hpp"
#include "mammo/core/geometry.hpp"

#include <cmath>

namespace mammo::reference {
namespace {

template <class T>
Box box_at(const T* corners, std::int64_t i) {
  const T* c = corners + 4 * i;
  return {c[0], c[1], static_cast<double>(c[2]) - c[0], static_cast<double>(c[3]) - c[1]};
}

} // namespace

// The deltas move the anchor's centre by a share of its size and scale its size by a power of e.
void compute(const BoxDecode& op, Inputs inputs, Outputs outputs) {
  visit_real(inputs[0].dtype(), [&]<class T>() {
    const T* delta = inputs[0].data<T>().data();
    const T* anchors = inputs[1].data<T>().data();
    T* y = outputs[0].mutable_data<T>().data();
    for (std::int64_t i = 0; i < inputs[0].size(0); ++i, delta += 4, y += 4) {
      const Box anchor = box_at(anchors, i);
      const double x = anchor.x + anchor.width / 2 + delta[0] / op.weights[0] * anchor.width;
      const double v = anchor.y + anchor.height / 2 + delta[1] / op.weights[1] * anchor.height;
      const double width = anchor.width * std::exp(std::min(delta[2] / op.weights[2], op.clip));
      const double height = anchor.height * std::exp(std::min(delta[3] / op.weights[3], op.clip));
      y[0] = static_cast<T>(x - width / 2);
      y[1] = static_cast<T>(v - height / 2);
      y[2] = static_cast<T>(x + width / 2);
      y[3] = static_cast<T>(v + height / 2);
    }
  });
}

// Each corner is centre -/+ size / 2: the centre takes the sum of the corners' gradients, the size half their
// difference.
void compute(const BoxDecodeGradient& op, Inputs inputs, Outputs outputs) {
  const auto& [weights, clip] = op.decode;
  visit_real(inputs[0].dtype(), [&]<class T>() {
    const T* delta = inputs[0].data<T>().data();
    const T* anchors = inputs[1].data<T>().data();
    const T* g = inputs[2].data<T>().data();
    T* y = outputs[0].mutable_data<T>().data();
    const auto growth = [most = clip](double scaled) { return scaled > most ? 0 : std::exp(scaled); };
    for (std::int64_t i = 0; i < inputs[0].size(0); ++i, delta += 4, g += 4, y += 4) {
      const Box anchor = box_at(anchors, i);
      const double across = (static_cast<double>(g[2]) - g[0]) / 2;
      const double down = (static_cast<double>(g[3]) - g[1]) / 2;
      y[0] = static_cast<T>((static_cast<double>(g[0]) + g[2]) * anchor.width / weights[0]);
      y[1] = static_cast<T>((static_cast<double>(g[1]) + g[3]) * anchor.height / weights[1]);
      y[2] = static_cast<T>(across * anchor.width * growth(delta[2] / weights[2]) / weights[2]);
      y[3] = static_cast<T>(down * anchor.height * growth(delta[3] / weights[3]) / weights[3]);
    }
  });
}

// The best box is kept, what overlaps it too much goes; then the best of the rest, and so on.
void compute(const Nms& op, Inputs inputs, Outputs outputs) {
  const std::int64_t count = inputs[1].size(0);
  const auto kept = outputs[0].mutable_data<std::int64_t>();
  std::ranges::fill(kept, -1);
  std::size_t kept_count = 0;
  visit_real(inputs[0].dtype(), [&]<class T>() {
    const T* corners = inputs[0].data<T>().data();
    auto order = indices(count);
    std::ranges::sort(order, LargerFirst<T>{inputs[1].data<T>().data()});
    for (const std::int64_t candidate : order) {
      if (static_cast<std::int64_t>(kept_count) >= op.max_output) break;
      const Box box = box_at(corners, candidate);
      const bool suppressed = std::ranges::any_of(kept.first(kept_count), [&](std::int64_t other) {
        return iou(box_at(corners, other), box) > op.iou_threshold;
      });
      if (!suppressed) kept[kept_count++] = candidate;
    }
  });
  outputs[1].mutable_data<std::int64_t>()[0] = static_cast<std::int64_t>(kept_count);
}

} // namespace mammo::reference
