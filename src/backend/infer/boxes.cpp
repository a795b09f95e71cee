#include "backend/infer/checker.hpp"

#include <cmath>

namespace mammo::infer {

namespace {

const TensorSpec& boxes(const Checker& check, std::string_view what) {
  const TensorSpec& spec = check.floating(0, what);
  check.require<ShapeError>(spec.shape.rank() == 2 && spec.shape[1] == 4, what, " ", spec.shape,
                            ", expected [N, 4]");
  return spec;
}

void check_decode(const BoxDecode& op, const Checker& check) {
  const TensorSpec& deltas = boxes(check, "deltas");
  check.companion(1, "anchors", deltas, deltas.shape);
  for (const double weight : op.weights) {
    check.require<ArgumentError>(std::isfinite(weight) && weight != 0, "weight ", weight,
                                 ", expected a finite number other than 0");
  }
  check.require<ArgumentError>(!std::isnan(op.clip), "clip ", op.clip, ", expected a number");
}

} // namespace

Specs outputs_of(const BoxDecode& op, const Checker& check) {
  check.count(2);
  check_decode(op, check);
  const TensorSpec& deltas = boxes(check, "deltas");
  return {output(deltas.shape, deltas.dtype)};
}

Specs outputs_of(const BoxDecodeGradient& op, const Checker& check) {
  check.count(3);
  check_decode(op.decode, check);
  const TensorSpec& deltas = boxes(check, "deltas");
  check.companion(2, "g", deltas, deltas.shape);
  return {output(deltas.shape, deltas.dtype)};
}

Specs outputs_of(const Nms& op, const Checker& check) {
  check.count(2);
  const TensorSpec& all = boxes(check, "boxes");
  check.companion(1, "scores", all, {all.shape[0]});
  check.require<ArgumentError>(op.iou_threshold >= 0 && op.iou_threshold <= 1, "IoU threshold ",
                               op.iou_threshold, ", expected 0 to 1");
  check.require<ArgumentError>(op.max_output >= 0, "max_output ", op.max_output, ", expected at least 0");
  return {output({all.shape[0]}, DType::i64), output({1}, DType::i64)};
}

} // namespace mammo::infer
