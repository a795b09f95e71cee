// Lesson 15, a layer of one's own, outside the library: an operation with gradients, and a module that
// learns. softplus(x) = log(1 + exp(beta x)) / beta is a smooth ReLU, the sharper the larger beta, and beta
// can be learned. record() puts it on the tape, as all of ops is: networks, optimisers and checkpoints take
// it.
#include "mammo/core/random.hpp"
#include "mammo/nn/gradients.hpp"
#include "mammo/nn/optimizer.hpp"
#include "mammo/ops/autograd.hpp"
#include "mammo/ops/elementwise.hpp"
#include "mammo/ops/reduction.hpp"

#include <algorithm>
#include <cmath>
#include <iostream>

using namespace mammo;

// x of any shape and layout, beta [1], both f32 or f64 -> like x, row_major.
Tensor softplus(const Tensor& x, const Tensor& beta) {
  const Tensor from = detach(x).plain().contiguous();
  Tensor y = Tensor::empty(x.shape(), {.dtype = x.dtype()});
  const auto compute = [&]<class T>(T b) { // exp is taken of negative numbers only, so that nothing overflows
    const auto f = [b](T v) { return std::max(v, T{0}) + std::log1p(std::exp(-b * std::abs(v))) / b; };
    std::ranges::transform(from.data<T>(), y.mutable_data<T>().begin(), f);
  };
  x.dtype() == DType::f64 ? compute(beta.item<double>()) : compute(beta.item<float>());
  return record(y, {.name = "softplus",
                    .inputs = {x, beta},
                    .saved = {detach(x), detach(beta), y},
                    .gradient = [](const GradientContext& context) -> std::vector<Tensor> {
                      const auto saved = context.saved();                         // x, beta, y
                      const Tensor slope = sigmoid(multiply(saved[0], saved[1])); // d y / d x
                      const Tensor by_beta = divide(subtract(multiply(saved[0], slope), saved[2]), saved[1]);
                      return {multiply(context.gradient(), slope),
                              sum(multiply(context.gradient(), by_beta)).reshape({1})};
                    }});
}

struct Softplus : nn::Module {
  Tensor beta;
  Softplus() { add_parameter("beta", beta, {1}); }
  Tensor forward(const Tensor& x) const { return softplus(x, beta); }
};

int main() {
  std::cout << "softplus of -1000, 0 and 1000:";
  const Tensor far = softplus(Tensor::from({-1000.0F, 0.0F, 1000.0F}, {3}), Tensor::full({1}, 1));
  for (const float y : far.data<float>()) std::cout << ' ' << y;

  // A gradient is not believed before central differences say the same.
  std::cout << "\nslopes in x and beta by the tape, and by differences:";
  const auto tensor = [](double value) { return Tensor::full({1}, value, {.dtype = DType::f64}); };
  const auto f = [&](double x, double beta) { return softplus(tensor(x), tensor(beta)).item<double>(); };
  constexpr double h = 1e-5;
  for (const double at : {-3.0, 0.5, 4.0}) {
    Tensor x = tensor(at);
    Tensor beta = tensor(2);
    for (Tensor* leaf : {&x, &beta}) set_requires_grad(*leaf);
    backward(softplus(x, beta));
    std::cout << "\n  " << grad(x).item<double>() << ' ' << grad(beta).item<double>() << "   "
              << (f(at + h, 2) - f(at - h, 2)) / (2 * h) << ' ' << (f(at, 2 + h) - f(at, 2 - h)) / (2 * h);
  }

  // The layer learns how sharp the function was that somebody else had: beta was 3.
  Softplus layer;
  layer.load_state_dict({{"beta", Tensor::full({1}, 1)}});
  layer.set_trainable("beta");
  nn::Optimizer optimizer(nn::Adam{.rate = 0.1});
  Generator generator(1);
  const Tensor x = random_uniform({256}, -2, 2, generator);
  const Tensor wanted = softplus(x, Tensor::full({1}, 3));
  for (int step = 0; step < 600; ++step) {
    nn::clear_gradients(layer);
    const Tensor error = subtract(layer.forward(x), wanted);
    backward(mean(multiply(error, error)));
    optimizer.step(layer);
  }
  std::cout << "\nbeta began at 1 and is " << layer.beta.item<float>() << '\n';
}
