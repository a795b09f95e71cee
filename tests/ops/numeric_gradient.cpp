#include "tests/ops/numeric_gradient.hpp"

#include "mammo/backend/dispatch.hpp"
#include "mammo/ops/autograd.hpp"
#include "mammo/ops/elementwise.hpp"
#include "mammo/ops/reduction.hpp"
#include "tests/ops/op_case.hpp"

#include <algorithm>
#include <cmath>

namespace mammo::test {
namespace {

constexpr std::uint32_t weight_seed = 977;
constexpr std::size_t most_places = 10;

Tensor weights_like(const Tensor& y) {
  Tensor w = Tensor::empty(y.shape(), {.dtype = DType::f64});
  std::uint32_t index = 0;
  for (double& value : w.mutable_data<double>()) value = (hash(index++, weight_seed) >> 8) * 0x1p-23 - 1;
  return w.to(y.dtype());
}

double weighted_sum(const Function& f, const std::vector<Tensor>& inputs) {
  const NoGrad off;
  const Tensor y = f(inputs);
  return sum(multiply(y, weights_like(y))).item<double>();
}

// d sum / d element, with the error of order step^4 (Abramowitz and Stegun, 25.3.6).
double difference(const Function& f, std::vector<Tensor> inputs, std::size_t input, std::size_t place) {
  const double centre = inputs[input].data<double>()[place];
  const double step = 1e-5;
  const auto at = [&](double offset) {
    inputs[input] = inputs[input].clone();
    inputs[input].mutable_data<double>()[place] = centre + offset;
    return weighted_sum(f, inputs);
  };
  return (8 * (at(step) - at(-step)) - (at(2 * step) - at(-2 * step))) / (12 * step);
}

} // namespace

std::vector<Tensor> gradients_of(const Function& f, const std::vector<Tensor>& inputs,
                                 const std::vector<std::size_t>& places) {
  std::vector<Tensor> leaves;
  for (const Tensor& input : inputs) leaves.push_back(input.defined() ? input.detached() : input);
  for (const std::size_t place : places) set_requires_grad(leaves[place]);
  const Tensor y = f(leaves);
  backward(sum(multiply(y, weights_like(y))));
  std::vector<Tensor> result;
  for (const std::size_t place : places) result.push_back(grad(leaves[place]));
  return result;
}

double gradient_error(const Function& f, const std::vector<Tensor>& inputs,
                      const std::vector<std::size_t>& places) {
  const ExecutionScope scope({.backend = "reference"});
  const std::vector<Tensor> gradients = gradients_of(f, inputs, places);
  double largest = 0;
  for (std::size_t i = 0; i < places.size(); ++i) {
    if (inputs[places[i]].numel() == 0) continue;
    const Tensor dense = gradients[i].plain();
    const auto g = dense.data<double>();
    double magnitude = 1;
    for (const double value : g) magnitude = std::max(magnitude, std::fabs(value));
    const std::size_t step = g.size() <= most_places ? 1 : g.size() / most_places;
    for (std::size_t k = 0; k < std::min(g.size(), most_places); ++k) {
      // Not a regular grid, which might meet only one channel.
      const std::size_t place = step == 1 ? k : k * step + hash(static_cast<std::uint32_t>(k), 5) % step;
      const double error = std::fabs(g[place] - difference(f, inputs, places[i], place));
      largest = std::isnan(error) ? INFINITY : std::max(largest, error / magnitude);
    }
  }
  return largest;
}

} // namespace mammo::test
