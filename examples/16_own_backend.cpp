// Lesson 16, a backend of one's own: the one of own_backend.hpp is registered and runs a linear layer.
#include "examples/own_backend.hpp"
#include "mammo/backend/dispatch.hpp"
#include "mammo/core/random.hpp"
#include "mammo/ops/convolution.hpp"
#include "mammo/ops/elementwise.hpp"

#include <cmath>
#include <iostream>

using namespace mammo;

int main() {
  register_backend(std::make_unique<OwnBackend>());
  std::cout << "asked in this order:";
  for (const std::string& name : backend_names()) std::cout << ' ' << name;

  Generator generator(1);
  const Tensor x = random_normal({64, 300}, 0, 1, generator);
  const Tensor weight = random_normal({10, 300}, 0, 0.1, generator);
  const Tensor y = linear(x, weight); // by "own", the last one registered

  Tensor expected;
  {
    const ExecutionScope scope({.backend = "reference"});
    expected = linear(x, weight);
  }
  float largest = 0;
  for (std::size_t i = 0; i < 640; ++i) {
    largest = std::max(largest, std::fabs(y.data<float>()[i] - expected.data<float>()[i]));
  }
  std::cout << "\nlargest difference from reference: " << largest << '\n';

  // What it has no plan for goes on to the others.
  const Signature relu{.operation = Unary{}, .inputs = {{.shape = {64, 10}}}};
  std::cout << "relu: " << (find_backend("own")->plan(relu) ? "own" : "others") << ", "
            << mammo::relu(y).numel() << " numbers\n";
}
