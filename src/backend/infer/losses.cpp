#include "backend/infer/checker.hpp"

#include <cmath>

namespace mammo::infer {

namespace {

void check_loss(const PointwiseLoss& op, const Checker& check) {
  const TensorSpec& x = check.floating(0, "x");
  check.companion(1, "t", x, x.shape);
  check.require<ArgumentError>(std::isfinite(op.beta) && op.beta > 0, "beta ", op.beta,
                               ", expected a finite number above 0");
  check.require<ArgumentError>(op.alpha <= 1, "alpha ", op.alpha,
                               ", expected 0 to 1, or a negative number for none");
  check.require<ArgumentError>(std::isfinite(op.gamma) && op.gamma >= 0, "gamma ", op.gamma,
                               ", expected a finite number of at least 0");
}

// logits [N, C] and target [N].
const TensorSpec& classified(double label_smoothing, const Checker& check) {
  const TensorSpec& logits = check.floating(0, "logits");
  check.require<ShapeError>(logits.shape.rank() == 2 && logits.shape[1] >= 1, "logits ", logits.shape,
                            ", expected [N, C] with C of at least 1");
  check.integers(1, "target");
  check.shape(1, "target", {logits.shape[0]});
  check.require<ArgumentError>(label_smoothing >= 0 && label_smoothing <= 1, "label_smoothing ",
                               label_smoothing, ", expected 0 to 1");
  return logits;
}

} // namespace

Specs outputs_of(const PointwiseLoss& op, const Checker& check) {
  check.count(2);
  check_loss(op, check);
  const TensorSpec& x = check.floating(0, "x");
  return {output(x.shape, x.dtype)};
}

Specs outputs_of(const PointwiseLossGradient& op, const Checker& check) {
  check.count(3);
  check_loss(op.loss, check);
  const TensorSpec& x = check.floating(0, "x");
  check.companion(2, "g", x, x.shape);
  return {output(x.shape, x.dtype)};
}

Specs outputs_of(const CrossEntropy& op, const Checker& check) {
  check.count(2);
  const TensorSpec& logits = classified(op.label_smoothing, check);
  return {output({logits.shape[0]}, logits.dtype)};
}

Specs outputs_of(const CrossEntropyGradient& op, const Checker& check) {
  check.count(3);
  const TensorSpec& logits = classified(op.label_smoothing, check);
  check.companion(2, "g", logits, {logits.shape[0]});
  return {output(logits.shape, logits.dtype)};
}

} // namespace mammo::infer
