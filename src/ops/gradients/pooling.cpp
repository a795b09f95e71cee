#include "mammo/backend/dispatch.hpp"
#include "ops/gradients/rules.hpp"

#include <array>

namespace mammo::gradients {
namespace {

// A maximum is found again; an average goes back without looking.
Kept keeps_for(PoolKind kind) {
  Kept kept;
  if (kind == PoolKind::max) kept.inputs.insert(0);
  return kept;
}

Size2d input_size(const Recorded& r) {
  return {r.shapes[0][2], r.shapes[0][3]};
}

} // namespace

Kept keeps(const Pool2d& op, const Wanted&) {
  return keeps_for(op.kind);
}

Gradients gradient(const Pool2d& op, const Recorded& r) {
  const Pool2dGradient back{.pool = op, .input = input_size(r)};
  return {dispatch_one(back, std::array{r.inputs[0], r.gradient})};
}

Kept keeps(const AdaptivePool2d& op, const Wanted&) {
  return keeps_for(op.kind);
}

Gradients gradient(const AdaptivePool2d& op, const Recorded& r) {
  const AdaptivePool2dGradient back{.kind = op.kind, .input = input_size(r)};
  return {dispatch_one(back, std::array{r.inputs[0], r.gradient})};
}

Kept keeps(const Interpolate2d&, const Wanted&) {
  return {};
}

Gradients gradient(const Interpolate2d& op, const Recorded& r) {
  const Interpolate2dGradient back{
      .mode = op.mode, .input = input_size(r), .align_corners = op.align_corners};
  return {dispatch_one(back, std::array{r.gradient})};
}

} // namespace mammo::gradients
