#include "mammo/explain/smooth_grad.hpp"

#include "explain/checked.hpp"
#include "mammo/core/random.hpp"
#include "mammo/ops/autograd.hpp"
#include "mammo/ops/elementwise.hpp"
#include "mammo/ops/reduction.hpp"

namespace mammo::explain {
namespace {

double range_of(const Tensor& x) {
  return max(x).to(DType::f64).item<double>() - min(x).to(DType::f64).item<double>();
}

} // namespace

Tensor smooth_grad(const Score& score, const Tensor& x, const SmoothGradOptions& options) {
  const char* method = "smooth_grad";
  const Tensor clean = checked_input(x, method);
  require<ArgumentError>(options.samples >= 1, method, ": ", options.samples, " samples, expected 1 or more");
  require<ArgumentError>(options.noise >= 0 && options.noise <= 10, method, ": noise ", options.noise,
                         " of the input's range, expected 0 to 10");
  const double deviation = options.noise * range_of(clean);
  Generator generator(options.seed);
  Sum gradients;
  for (std::int64_t i = 0; i < options.samples; ++i) {
    const Tensor noise = random_normal(clean.shape(), 0, deviation, generator).to(clean.dtype());
    gradients.add(gradient_at(score, add(clean, noise), method));
  }
  return largest_magnitude(gradients.mean());
}

} // namespace mammo::explain
