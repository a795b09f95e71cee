#include "mammo/backend/dispatch.hpp"
#include "ops/gradients/rules.hpp"

#include <array>

namespace mammo::gradients {

Kept keeps(const Concat&, const Wanted&) {
  return {};
}

Gradients gradient(const Concat& op, const Recorded& r) {
  const Tensor g = r.gradient.plain();
  Gradients result(r.shapes.size());
  std::int64_t begin = 0;
  for (std::size_t i = 0; i < r.shapes.size(); ++i) {
    const std::int64_t end = begin + r.shapes[i][op.dim];
    if (r.wanted[i]) result[i] = g.slice(op.dim, begin, end);
    begin = end;
  }
  return result;
}

Kept keeps(const Pad&, const Wanted&) {
  return {};
}

Gradients gradient(const Pad& op, const Recorded& r) {
  Tensor g = r.gradient.plain();
  for (int d = 0; d < g.rank(); ++d) g = g.slice(d, op.before[d], op.before[d] + r.shapes[0][d]);
  return {g};
}

Kept keeps(const Gather&, const Wanted&) {
  return {.inputs = {1}, .outputs = {}};
}

Gradients gradient(const Gather& op, const Recorded& r) {
  const ScatterAdd back{.dim = op.dim, .shape = r.shapes[0]};
  return {dispatch_one(back, std::array{r.gradient, r.inputs[1]}), Tensor()};
}

Kept keeps(const ScatterAdd&, const Wanted&) {
  return {.inputs = {1}, .outputs = {}};
}

Gradients gradient(const ScatterAdd& op, const Recorded& r) {
  return {dispatch_one(Gather{.dim = op.dim}, std::array{r.gradient, r.inputs[1]}), Tensor()};
}

Kept keeps(const Embedding&, const Wanted&) {
  return {.inputs = {1}, .outputs = {}};
}

Gradients gradient(const Embedding&, const Recorded& r) {
  const EmbeddingGradient back{.rows = r.shapes[0][0]};
  return {dispatch_one(back, std::array{r.gradient, r.inputs[1]}), Tensor()};
}

} // namespace mammo::gradients
