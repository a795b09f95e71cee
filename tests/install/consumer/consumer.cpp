#include "mammo/core/tensor.hpp"
#include "mammo/ops/convolution.hpp"

#include <cmath>
#include <exception>
#include <iostream>

// A 3x3 convolution of ones over a 5x5 image of ones: 9 in the middle, 4 in the corners.
int main() {
  try {
    const auto image = mammo::Tensor::full({1, 1, 5, 5}, 1.0);
    const auto weight = mammo::Tensor::full({1, 1, 3, 3}, 1.0);
    const auto result = mammo::conv2d(image, weight, {}, {.padding = {1, 1}}).plain();
    const auto values = result.data<float>();
    const bool right = std::abs(values[0] - 4) < 1e-6F && std::abs(values[12] - 9) < 1e-6F;
    std::cout << "corner " << values[0] << ", middle " << values[12] << "\n";
    return right ? 0 : 1;
  } catch (const std::exception& error) {
    std::cerr << error.what() << "\n";
    return 1;
  }
}
