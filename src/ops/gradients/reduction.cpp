#include "mammo/backend/dispatch.hpp"
#include "ops/gradients/rules.hpp"

#include <array>

namespace mammo::gradients {
namespace {

bool is_extreme(ReduceKind kind) {
  return kind == ReduceKind::max || kind == ReduceKind::min;
}

// The result's tensor with the reduced dimensions of size 1.
Tensor kept_dims(const Tensor& t, const Shape& x, const Dims& dims) {
  Shape shape = x;
  for (const std::int64_t d : dims) shape[static_cast<int>(d)] = 1;
  return t.plain().reshape(shape);
}

} // namespace

Kept keeps(const Reduce& op, const Wanted&) {
  return is_extreme(op.kind) ? Kept{.inputs = {0}, .outputs = {0}} : Kept{};
}

Gradients gradient(const Reduce& op, const Recorded& r) {
  const Shape& x = r.shapes[0];
  Tensor g = kept_dims(r.gradient, x, op.dims);
  if (is_extreme(op.kind)) {
    const Tensor y = kept_dims(r.outputs[0], x, op.dims);
    return {dispatch_one(ReduceGradient{.dims = op.dims}, std::array{r.inputs[0], y, g})};
  }
  if (op.kind == ReduceKind::mean) {
    const auto count =
        static_cast<double>(numel(x)) / static_cast<double>(std::max<std::int64_t>(g.numel(), 1));
    const Tensor share = Tensor::full({}, 1 / count, {.dtype = g.dtype()});
    g = dispatch_one(Binary{.kind = BinaryKind::multiply}, std::array{g, share});
  }
  return {g.expand(x).contiguous()};
}

Kept keeps(const TopK&, const Wanted&) {
  return {.inputs = {}, .outputs = {1}};
}

Gradients gradient(const TopK&, const Recorded& r) {
  const Shape& x = r.shapes[0];
  return {dispatch_one(ScatterAdd{.dim = x.rank() - 1, .shape = x}, std::array{r.gradient, r.outputs[1]})};
}

} // namespace mammo::gradients
