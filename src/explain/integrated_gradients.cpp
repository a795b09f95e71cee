#include "mammo/explain/integrated_gradients.hpp"

#include "explain/checked.hpp"
#include "mammo/ops/autograd.hpp"
#include "mammo/ops/elementwise.hpp"
#include "mammo/ops/reduction.hpp"
#include "mammo/ops/views.hpp"

namespace mammo::explain {
namespace {

Tensor baseline_for(const Tensor& x, const Tensor& given) {
  if (!given.defined()) return Tensor::zeros(x.shape(), {.dtype = x.dtype()});
  return expand(detach(given).to(x.dtype()), x.shape());
}

} // namespace

Tensor integrated_gradients(const Score& score, const Tensor& x, const IntegratedGradientsOptions& options) {
  const char* method = "integrated_gradients";
  const Tensor end = checked_input(x, method);
  require<ArgumentError>(options.steps >= 1, method, ": ", options.steps, " steps, expected 1 or more");
  const Tensor start = baseline_for(end, options.baseline);
  const Tensor way = subtract(end, start);
  Sum gradients;
  for (std::int64_t i = 0; i < options.steps; ++i) {
    const double part = (static_cast<double>(i) + 0.5) / static_cast<double>(options.steps);
    const Tensor at = add(start, multiply(way, Tensor::full({1}, part, {.dtype = end.dtype()})));
    gradients.add(gradient_at(score, at, method));
  }
  const Tensor shares = multiply(gradients.mean(), way.plain().to(DType::f64));
  return sum(shares, {0, 1}).plain().to(DType::f32);
}

} // namespace mammo::explain
