#include "mammo/ops/reduction.hpp"

#include "mammo/ops/evaluate.hpp"

#include <algorithm>
#include <array>
#include <vector>

namespace mammo {
namespace {

Tensor reduce(ReduceKind kind, const Tensor& x, const Dims& dims, bool keep_dims) {
  std::vector<std::int64_t> order;
  for (const auto d : dims) order.push_back(d < 0 ? d + x.rank() : d);
  for (int d = 0; dims.rank() == 0 && d < x.rank(); ++d) order.push_back(d);
  std::ranges::sort(order);
  return evaluate_one(Reduce{.kind = kind, .dims = Dims(order), .keep_dims = keep_dims}, std::array{x});
}

} // namespace

Tensor sum(const Tensor& x, const Dims& dims, bool keep_dims) {
  return reduce(ReduceKind::sum, x, dims, keep_dims);
}
Tensor mean(const Tensor& x, const Dims& dims, bool keep_dims) {
  return reduce(ReduceKind::mean, x, dims, keep_dims);
}
Tensor max(const Tensor& x, const Dims& dims, bool keep_dims) {
  return reduce(ReduceKind::max, x, dims, keep_dims);
}
Tensor min(const Tensor& x, const Dims& dims, bool keep_dims) {
  return reduce(ReduceKind::min, x, dims, keep_dims);
}

Tensor argmax(const Tensor& x, int dim) {
  return evaluate_one(ArgMax{.dim = dim < 0 ? dim + x.rank() : dim}, std::array{x});
}

TopKResult top_k(const Tensor& x, std::int64_t k) {
  auto outputs = evaluate(TopK{.k = k}, std::array{x});
  return {std::move(outputs[0]), std::move(outputs[1])};
}

} // namespace mammo
