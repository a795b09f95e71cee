#include "mammo/backend/dispatch.hpp"
#include "ops/gradients/rules.hpp"

#include <array>

namespace mammo::gradients {

Places differentiable(const PointwiseLoss&) {
  return {0};
}

Kept keeps(const PointwiseLoss&, const Wanted&) {
  return {.inputs = {0, 1}, .outputs = {}};
}

Gradients gradient(const PointwiseLoss& op, const Recorded& r) {
  return {dispatch_one(PointwiseLossGradient{.loss = op}, std::array{r.inputs[0], r.inputs[1], r.gradient}),
          Tensor()};
}

Kept keeps(const CrossEntropy&, const Wanted&) {
  return {.inputs = {0, 1}, .outputs = {}};
}

Gradients gradient(const CrossEntropy& op, const Recorded& r) {
  const CrossEntropyGradient back{.label_smoothing = op.label_smoothing};
  return {dispatch_one(back, std::array{r.inputs[0], r.inputs[1], r.gradient}), Tensor()};
}

Places differentiable(const BoxDecode&) {
  return {0};
}

Kept keeps(const BoxDecode&, const Wanted&) {
  return {.inputs = {0, 1}, .outputs = {}};
}

Gradients gradient(const BoxDecode& op, const Recorded& r) {
  const BoxDecodeGradient back{.decode = op};
  return {dispatch_one(back, std::array{r.inputs[0], r.inputs[1], r.gradient}), Tensor()};
}

} // namespace mammo::gradients
