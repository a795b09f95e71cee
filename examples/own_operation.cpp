// An operation of one's own, outside the library: a function of tensors with a gradient, on the tape.
//
// softplus(x) = log(1 + exp(x)) is a smooth ReLU whose derivative is sigmoid(x). The function computes the
// result as it likes and calls record() with what the gradient will need. Everything in ops does the same, so
// that from then on the operation is like any other: networks, optimisers and checkpoints take it.
#include "mammo/ops/autograd.hpp"
#include "mammo/ops/elementwise.hpp"
#include "mammo/ops/reduction.hpp"

#include <algorithm>
#include <cmath>
#include <iostream>

using namespace mammo;

// f of every element; x in any layout -> row_major.
template <class T, class F>
Tensor mapped(const Tensor& x, F f) {
  const Tensor from = detach(x).plain().contiguous();
  Tensor to = Tensor::empty(x.shape(), {.dtype = x.dtype()});
  std::ranges::transform(from.data<T>(), to.mutable_data<T>().begin(), f);
  return to;
}

// x of f32 or f64 -> like x. exp is taken of negative numbers only, so that nothing overflows.
Tensor softplus(const Tensor& x) {
  const auto value = [](auto v) { return std::max(v, decltype(v){0}) + std::log1p(std::exp(-std::abs(v))); };
  const Tensor y = x.dtype() == DType::f64 ? mapped<double>(x, value) : mapped<float>(x, value);
  return record(y, {.name = "softplus",
                    .inputs = {x},
                    .saved = {detach(x)},
                    .gradient = [](const GradientContext& context) -> std::vector<Tensor> {
                      return {multiply(context.gradient(), sigmoid(context.saved(0)))};
                    }});
}

int main() {
  std::cout << "softplus of -1000, 0 and 1000:";
  const Tensor far = softplus(Tensor::from({-1000.0F, 0.0F, 1000.0F}, {3}));
  for (const float y : far.data<float>()) std::cout << ' ' << y;

  // A gradient is not believed before central differences say the same.
  std::cout << "\nslope by the tape, and by differences:\n";
  for (const double at : {-3.0, 0.5, 4.0}) {
    Tensor x = Tensor::from({at}, {1});
    set_requires_grad(x);
    backward(softplus(x));
    const auto f = [](double v) { return softplus(Tensor::from({v}, {1})).item<double>(); };
    const double step = 1e-5;
    std::cout << "  " << grad(x).item<double>() << ' ' << (f(at + step) - f(at - step)) / (2 * step) << '\n';
  }

  // Learning through it: where is softplus 1? At log(e - 1) = 0.541325.
  Tensor x = Tensor::from({-2.0F}, {1});
  set_requires_grad(x);
  const Tensor one = Tensor::full({1}, 1);
  for (int step = 0; step < 200; ++step) {
    set_grad(x, {});
    const Tensor error = subtract(softplus(x), one);
    backward(sum(multiply(error, error)));
    x.mutable_data<float>()[0] -= 0.5F * grad(x).item<float>();
  }
  std::cout << "softplus is 1 at " << x.item<float>() << '\n';
}
