#include "mammo/ops/boxes.hpp"

#include "mammo/backend/dispatch.hpp"

#include <array>

namespace mammo {

Tensor box_decode(const Tensor& deltas, const Tensor& anchors, const BoxDecode& options) {
  return dispatch_one(options, std::array{deltas, anchors});
}

Tensor nms(const Tensor& boxes, const Tensor& scores, const Nms& options) {
  const auto outputs = dispatch(options, std::array{boxes, scores});
  return outputs[0].slice(0, 0, outputs[1].item<std::int64_t>());
}

} // namespace mammo
