#include "mammo/ops/attention.hpp"

#include "mammo/ops/convolution.hpp"
#include "mammo/ops/elementwise.hpp"
#include "mammo/ops/normalization.hpp"

#include <cmath>

namespace mammo {

Tensor attention(const Tensor& q, const Tensor& k, const Tensor& v) {
  require<ShapeError>(q.rank() >= 2 && q.size(-1) >= 1, "attention: q ", q.shape(), ", expected [..., T, D]");
  const double scale = 1 / std::sqrt(static_cast<double>(q.size(-1)));
  // Scaling q is less work than scaling the scores.
  const Tensor scaled = multiply(q, Tensor::full({}, scale, {.dtype = q.dtype()}));
  return matmul(softmax(matmul(scaled, k, {.transpose_b = true}), -1), v);
}

} // namespace mammo
