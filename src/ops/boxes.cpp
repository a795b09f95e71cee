#include "mammo/ops/boxes.hpp"

#include "mammo/ops/evaluate.hpp"

#include <array>

namespace mammo {

Tensor box_decode(const Tensor& deltas, const Tensor& anchors, const BoxDecode& options) {
  return evaluate_one(options, std::array{deltas, anchors});
}

Tensor nms(const Tensor& boxes, const Tensor& scores, const Nms& options) {
  const auto outputs = evaluate(options, std::array{boxes, scores});
  return outputs[0].slice(0, 0, outputs[1].item<std::int64_t>());
}

} // namespace mammo
