// Lesson 2, a convolution by hand and the fast one: the same layer computed three times, from six plain loops
// over a matrix product to the library's kernel, each held to the first, and timed.
#include "mammo/core/random.hpp"
#include "mammo/core/threads.hpp"
#include "mammo/ops/convolution.hpp"

#include <algorithm>
#include <chrono>
#include <cmath>
#include <iostream>

using namespace mammo;

// A layer of a detector: 64 channels from 3 x 3 windows of 64 channels, which are larger by a margin of one.
constexpr std::int64_t channels = 64, outputs = 64, height = 100, width = 56;
constexpr std::int64_t row_length = width + 2, plane = (height + 2) * row_length;

// The definition: each output is the sum, over channels and window, of input times weight.
Tensor by_hand(const Tensor& x, const Tensor& weight) {
  Tensor y = Tensor::empty({1, outputs, height, width});
  float* out = y.mutable_data<float>().data();
  for (std::int64_t o = 0; o < outputs; ++o)
    for (std::int64_t row = 0; row < height; ++row)
      for (std::int64_t column = 0; column < width; ++column, ++out) {
        const float* in = x.data<float>().data() + row * row_length + column; // the window's first corner
        const float* w = weight.data<float>().data() + o * channels * 9;
        float sum = 0;
        for (std::int64_t c = 0; c < channels; ++c)
          for (std::int64_t i = 0; i < 3; ++i)
            for (std::int64_t j = 0; j < 3; ++j)
              sum += in[c * plane + i * row_length + j] * w[(c * 3 + i) * 3 + j];
        *out = sum;
      }
  return y;
}

// The same as one matrix product (im2col): a column for each output holds all that its windows see. It takes
// nine times the input's memory, for an operation that everybody knows how to make fast.
Tensor by_matrices(const Tensor& x, const Tensor& weight) {
  Tensor windows = Tensor::empty({channels * 9, height * width});
  float* to = windows.mutable_data<float>().data();
  for (std::int64_t c = 0; c < channels; ++c)
    for (std::int64_t i = 0; i < 3; ++i)
      for (std::int64_t j = 0; j < 3; ++j)
        for (std::int64_t row = 0; row < height; ++row)
          to = std::copy_n(x.data<float>().data() + c * plane + (row + i) * row_length + j, width, to);
  return matmul(weight.reshape({outputs, channels * 9}), windows).reshape({1, outputs, height, width});
}

int main() {
  set_thread_budget(1); // this compares methods, not numbers of processors
  Generator generator(1);
  const Tensor x = random_normal({1, channels, height + 2, width + 2}, 0, 1, generator);
  const Tensor weight = random_normal({outputs, channels, 3, 3}, 0, 1.0 / 24, generator);
  Tensor expected;
  double seconds_by_hand = 0;
  const auto show = [&](const char* name, const auto& convolve) {
    double seconds = 1e9; // the best of three: other programs can only make it longer
    Tensor y;
    for (int run = 0; run < 3; ++run) {
      const auto start = std::chrono::steady_clock::now();
      y = convolve();
      seconds =
          std::min(seconds, std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count());
    }
    if (!expected.defined()) expected = y, seconds_by_hand = seconds;
    y = y.plain(); // conv2d answers in a layout of its own
    float worst = 0;
    for (std::size_t i = 0; i < y.data<float>().size(); ++i)
      worst = std::max(worst, std::abs(y.data<float>()[i] - expected.data<float>()[i]));
    std::cout << name << ": " << seconds * 1e3 << " ms, " << 2e-9 * 9 * channels * double(y.numel()) / seconds
              << " GFLOP/s, " << seconds_by_hand / seconds << " times as fast; differs by " << worst << '\n';
  };
  show("six loops", [&] { return by_hand(x, weight); });
  show("one matrix product", [&] { return by_matrices(x, weight); });
  show("conv2d", [&] { return conv2d(x, weight); });
}
