// Runs convolutions on the oneDNN backend; onednn_test.cpp reads in the library's own log (ONEDNN_VERBOSE=1)
// what it was asked to do.
//   onednn_probe RUNS     a network of three convolutions on a row-major picture, RUNS times
//   onednn_probe change   one convolution twice, its weight changed between
#include "mammo/backend/dispatch.hpp"
#include "mammo/core/random.hpp"
#include "mammo/ops/convolution.hpp"

#include <cstdlib>
#include <string_view>

using namespace mammo;

int main(int argc, char** argv) {
  const std::string_view what = argc > 1 ? argv[1] : "1";
  const ExecutionScope scope({.backend = "onednn", .strict = true});
  Generator random(1);
  const Tensor picture = random_normal({1, 1, 32, 32}, 0, 1, random);
  Tensor first = random_normal({16, 1, 3, 3}, 0, 1, random);
  const Tensor second = random_normal({32, 16, 3, 3}, 0, 1, random);
  const Tensor third = random_normal({16, 32, 1, 1}, 0, 1, random);
  if (what == "change") {
    conv2d(picture, first, {}, {.padding = 1});
    first.mutable_data<float>()[0] = 1;
    conv2d(picture, first, {}, {.padding = 1});
    return 0;
  }
  for (int run = 0; run < std::atoi(argv[1]); ++run) {
    const Tensor x = conv2d(picture, first, {}, {.padding = 1, .activation = Activation::relu});
    const Tensor y = conv2d(x, second, {}, {.padding = 1, .activation = Activation::relu});
    conv2d(y, third, {}, {.activation = Activation::relu}, x);
  }
}
