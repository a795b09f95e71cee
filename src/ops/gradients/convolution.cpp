#include "mammo/backend/dispatch.hpp"
#include "ops/gradients/rules.hpp"

#include <array>

namespace mammo::gradients {
namespace {

constexpr std::size_t x = 0, w = 1, bias = 2, residual = 3;

Size2d picture_size(const Shape& shape) {
  return {shape[2], shape[3]};
}

// The rows of a tensor [..., I] as a matrix.
Tensor matrix(const Tensor& t) {
  const std::int64_t columns = t.shape()[-1];
  return t.plain().reshape({columns == 0 ? 0 : t.numel() / columns, columns});
}

Tensor product(const MatMul& op, const Tensor& a, const Tensor& b) {
  return dispatch_one(op, std::array{a, b});
}

} // namespace

Kept keeps(const Conv2d& op, const Wanted& wanted) {
  Kept kept;
  if (wanted[w]) kept.inputs.insert(x);
  if (wanted[x]) kept.inputs.insert(w);
  if (op.activation != Activation::none) kept.outputs.insert(0);
  return kept;
}

Gradients gradient(const Conv2d& op, const Recorded& r) {
  const Tensor g = before(op.activation, r.outputs[0], r.gradient);
  Gradients result(4);
  if (r.wanted[x]) {
    const ConvTranspose2d spread{
        picture_size(r.shapes[x]), op.stride, op.padding, op.dilation, op.groups, op.keep_packed};
    result[x] = dispatch_one(spread, std::array{g, r.inputs[w], Tensor()});
  }
  if (r.wanted[w]) {
    const ConvWeightGradient by_weight{
        picture_size(r.shapes[w]), op.stride, op.padding, op.dilation, op.groups, r.wanted[bias]};
    auto both = dispatch(by_weight, std::array{r.inputs[x], g});
    result[w] = both[0];
    if (r.wanted[bias]) result[bias] = both[1];
  } else if (r.wanted[bias]) {
    result[bias] = channel_sums(g);
  }
  if (r.wanted[residual]) result[residual] = g;
  return result;
}

Kept keeps(const ConvTranspose2d&, const Wanted& wanted) {
  Kept kept;
  if (wanted[w]) kept.inputs.insert(x);
  if (wanted[x]) kept.inputs.insert(w);
  return kept;
}

// y spreads x as a convolution's gradient would be, so that x and g change places.
Gradients gradient(const ConvTranspose2d& op, const Recorded& r) {
  Gradients result(3);
  if (r.wanted[x]) {
    const Conv2d gather{.stride = op.stride,
                        .padding = op.padding,
                        .dilation = op.dilation,
                        .groups = op.groups,
                        .keep_packed = op.keep_packed};
    result[x] = dispatch_one(gather, std::array{r.gradient, r.inputs[w], Tensor(), Tensor()});
  }
  if (r.wanted[w]) {
    const ConvWeightGradient by_weight{picture_size(r.shapes[w]), op.stride, op.padding, op.dilation,
                                       op.groups};
    result[w] = dispatch_one(by_weight, std::array{r.gradient, r.inputs[x]});
  }
  if (r.wanted[bias]) result[bias] = channel_sums(r.gradient);
  return result;
}

Kept keeps(const Linear& op, const Wanted& wanted) {
  Kept kept;
  if (wanted[w]) kept.inputs.insert(x);
  if (wanted[x]) kept.inputs.insert(w);
  if (op.activation != Activation::none) kept.outputs.insert(0);
  return kept;
}

Gradients gradient(const Linear& op, const Recorded& r) {
  const Tensor g = matrix(before(op.activation, r.outputs[0], r.gradient));
  Gradients result(3);
  if (r.wanted[x]) result[x] = product({}, g, r.inputs[w]).reshape(r.shapes[x]);
  if (r.wanted[w]) result[w] = product({.transpose_a = true}, g, matrix(r.inputs[x]));
  if (r.wanted[bias]) {
    result[bias] = dispatch_one(Reduce{.kind = ReduceKind::sum, .dims = {0}}, std::array{g});
  }
  return result;
}

Kept keeps(const MatMul&, const Wanted& wanted) {
  Kept kept;
  if (wanted[0]) kept.inputs.insert(1);
  if (wanted[1]) kept.inputs.insert(0);
  return kept;
}

Gradients gradient(const MatMul& op, const Recorded& r) {
  const Tensor& g = r.gradient;
  Gradients result(2);
  if (r.wanted[0]) {
    const Tensor& b = r.inputs[1];
    result[0] =
        op.transpose_a ? product({op.transpose_b, true}, b, g) : product({false, !op.transpose_b}, g, b);
  }
  if (r.wanted[1]) {
    const Tensor& a = r.inputs[0];
    result[1] =
        op.transpose_b ? product({true, op.transpose_a}, g, a) : product({!op.transpose_a, false}, a, g);
  }
  return result;
}

} // namespace mammo::gradients
