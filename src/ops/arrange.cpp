#include "mammo/ops/arrange.hpp"

#include "mammo/backend/dispatch.hpp"

#include <array>

namespace mammo {

Tensor concatenate(std::span<const Tensor> tensors, int dim) {
  require<ShapeError>(!tensors.empty(), "concatenate of no tensors");
  return dispatch_one(Concat{.dim = dim < 0 ? dim + tensors[0].rank() : dim}, tensors);
}

Tensor pad(const Tensor& x, const Dims& before, const Dims& after, double value) {
  return dispatch_one(Pad{.before = before, .after = after, .value = value}, std::array{x});
}

} // namespace mammo
