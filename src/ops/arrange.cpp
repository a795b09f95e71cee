#include "mammo/ops/arrange.hpp"

#include "mammo/ops/evaluate.hpp"

#include <array>

namespace mammo {

Tensor concatenate(std::span<const Tensor> tensors, int dim) {
  require<ShapeError>(!tensors.empty(), "concatenate of no tensors");
  return evaluate_one(Concat{.dim = dim < 0 ? dim + tensors[0].rank() : dim}, tensors);
}

Tensor pad(const Tensor& x, const Dims& before, const Dims& after, double value) {
  return evaluate_one(Pad{.before = before, .after = after, .value = value}, std::array{x});
}

Tensor gather(const Tensor& x, int dim, const Tensor& index) {
  return evaluate_one(Gather{.dim = dim < 0 ? dim + x.rank() : dim}, std::array{x, index});
}

Tensor scatter_add(const Tensor& x, int dim, const Tensor& index, const Shape& shape) {
  return evaluate_one(ScatterAdd{.dim = dim < 0 ? dim + x.rank() : dim, .shape = shape},
                      std::array{x, index});
}

Tensor embedding(const Tensor& table, const Tensor& index) {
  return evaluate_one(Embedding{}, std::array{table, index});
}

} // namespace mammo
