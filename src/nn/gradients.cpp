#include "mammo/nn/gradients.hpp"

#include "mammo/core/threads.hpp"
#include "mammo/ops/autograd.hpp"
#include "mammo/ops/elementwise.hpp"

#include <algorithm>
#include <cmath>
#include <functional>
#include <numeric>
#include <span>
#include <vector>

namespace mammo::nn {
namespace {

// A gradient's memory may be somebody else's too, so it is replaced and not written over.
void replace_gradients(Module& module, const std::function<Tensor(const Tensor&)>& replacement) {
  const NoGrad off;
  for (const StateEntry& parameter : module.named_parameters()) {
    const Tensor gradient = grad(parameter.tensor);
    if (gradient.defined()) set_grad(parameter.tensor, replacement(gradient));
  }
}

template <class T>
double sum_of_squares(std::span<const T> values) {
  // Parts of fixed size, added in order: the sum does not depend on who computed which.
  constexpr std::int64_t part = 1 << 15;
  const auto count = static_cast<std::int64_t>(values.size());
  std::vector<double> sums(static_cast<std::size_t>((count + part - 1) / part));
  parallel_for(0, std::ssize(sums), 4, [&](std::int64_t first, std::int64_t last) {
    for (std::int64_t i = first; i < last; ++i) {
      const std::int64_t begin = i * part;
      const std::int64_t end = std::min(count, begin + part);
      double sum = 0;
      for (std::int64_t j = begin; j < end; ++j) {
        const double value{values[static_cast<std::size_t>(j)]};
        sum += value * value;
      }
      sums[static_cast<std::size_t>(i)] = sum;
    }
  });
  return std::accumulate(sums.begin(), sums.end(), 0.0);
}

} // namespace

void clear_gradients(Module& module) {
  for (const StateEntry& parameter : module.named_parameters()) {
    if (parameter.trainable) set_grad(parameter.tensor, {});
  }
}

void scale_gradients(Module& module, double factor) {
  replace_gradients(module, [&](const Tensor& gradient) {
    return multiply(gradient, Tensor::full({}, factor, {.dtype = gradient.dtype()}));
  });
}

double gradient_norm(const Module& module) {
  double sum = 0;
  for (const StateEntry& parameter : module.named_parameters()) {
    const Tensor gradient = grad(parameter.tensor);
    if (!gradient.defined()) continue;
    const Tensor plain = gradient.plain();
    sum += plain.dtype() == DType::f64 ? sum_of_squares(plain.data<double>())
                                       : sum_of_squares(plain.data<float>());
  }
  return std::sqrt(sum);
}

double clip_gradient_norm(Module& module, double limit) {
  require<ArgumentError>(limit > 0, "clipping of gradients at norm ", limit, ", expected a positive number");
  const double norm = gradient_norm(module);
  if (std::isfinite(norm) && norm > limit) scale_gradients(module, limit / (norm + 1e-6));
  return norm;
}

void clip_gradient_values(Module& module, double limit) {
  require<ArgumentError>(limit > 0, "clipping of gradients at ", limit, ", expected a positive number");
  replace_gradients(module, [&](const Tensor& gradient) {
    const TensorOptions options{.dtype = gradient.dtype()};
    return maximum(minimum(gradient, Tensor::full({}, limit, options)), Tensor::full({}, -limit, options));
  });
}

} // namespace mammo::nn
