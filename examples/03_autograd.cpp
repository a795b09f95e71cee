// Lesson 3, gradients: the tape records what is computed and goes back over it. Here it fits a line through
// points; its gradient is held to the formula and to differences, and where it leads to the exact solution.
#include "mammo/core/random.hpp"
#include "mammo/ops/arrange.hpp"
#include "mammo/ops/autograd.hpp"
#include "mammo/ops/convolution.hpp"
#include "mammo/ops/elementwise.hpp"
#include "mammo/ops/reduction.hpp"

#include <array>
#include <iostream>

using namespace mammo;
constexpr TensorOptions f64{.dtype = DType::f64};

void print(const char* what, const Tensor& pair) {
  std::cout << what << ": " << pair.data<double>()[0] << ' ' << pair.data<double>()[1] << '\n';
}

int main() {
  // 50 points near y = 2 t + 1. Rows (t, 1) of x [50, 2] times w [2, 1], slope and intercept, are a line's.
  Generator generator(3);
  const Tensor t = random_uniform({50, 1}, -1, 1, generator).to(DType::f64);
  Tensor x = concatenate(std::array{t, Tensor::full({50, 1}, 1, f64)}, 1);
  const Tensor noise = random_normal({50, 1}, 0, 0.1, generator).to(DType::f64);
  const Tensor y = add(matmul(x, Tensor::from({2.0, 1.0}, {2, 1})), noise);
  const auto loss_of = [&](const Tensor& w) { // the mean square of what the line misses
    const Tensor error = subtract(matmul(x, w), y);
    return mean(multiply(error, error));
  };

  // w is a leaf: it keeps the gradient that backward() brings. Everything computed from it is recorded.
  Tensor w = Tensor::zeros({2, 1}, f64);
  set_requires_grad(w);
  backward(loss_of(w));
  print("gradient at 0, by the tape", grad(w));
  // By hand: d/dw mean((x w - y)^2) = 2 x^T (x w - y) / 50, at w = 0.
  const Tensor xy = matmul(x, y, {.transpose_a = true});
  print("               by formula", multiply(xy, Tensor::full({1}, -2.0 / 50, f64)));
  {
    // By differences, and so without the tape: what a gradient means.
    const NoGrad off;
    Tensor slopes = Tensor::empty({2}, f64);
    for (std::size_t i = 0; i < 2; ++i) {
      const auto loss_beside = [&](double distance) {
        Tensor moved = w.clone();
        moved.mutable_data<double>()[i] += distance;
        return loss_of(moved).item<double>();
      };
      slopes.mutable_data<double>()[i] = (loss_beside(1e-4) - loss_beside(-1e-4)) / 2e-4;
    }
    print("               by differences", slopes);
  }

  // A gradient is added to what is there, so that a loss may be a sum of parts gone through one by one.
  backward(loss_of(w));
  print("after a second backward", grad(w));

  // Downhill, until there is no slope left.
  for (int step = 0; step < 200; ++step) {
    set_grad(w, {});
    backward(loss_of(w));
    for (std::size_t i = 0; i < 2; ++i) w.mutable_data<double>()[i] -= 0.3 * grad(w).data<double>()[i];
  }
  print("slope and intercept, by descent", w);
  // The best line has x^T (x w - y) = 0, the normal equations.
  print("which leaves of the normal equations",
        matmul(x, subtract(matmul(x, detach(w)), y), {.transpose_a = true}));

  // Kept elements that are changed before going back would give a wrong gradient in silence.
  const Tensor loss = loss_of(w);
  x.mutable_data<double>()[0] = 7;
  try {
    backward(loss);
  } catch (const Error& error) {
    std::cout << error.what() << '\n';
  }
}
