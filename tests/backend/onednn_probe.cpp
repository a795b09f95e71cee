// Runs convolutions on the oneDNN backend; onednn_test.cpp reads in the library's own log (ONEDNN_VERBOSE=1)
// what it was asked to do.
//   onednn_probe RUNS     a network of three convolutions on a row-major picture, RUNS times
//   onednn_probe change   one convolution twice, its weight changed between
//   onednn_probe train RUNS   the network forward and backward, its weights not kept packed
#include "mammo/backend/dispatch.hpp"
#include "mammo/core/random.hpp"
#include "mammo/ops/convolution.hpp"

#include <array>
#include <cstdlib>
#include <string_view>

using namespace mammo;

namespace {

struct Network {
  Tensor first;
  Tensor second;
  Tensor third;
};

// The gradients by all weights, for a gradient of the result that is the result.
void train(const Tensor& picture, const Network& net) {
  const Conv2d whole{.padding = 1, .keep_packed = false};
  const Conv2d point{.keep_packed = false};
  const Tensor x = conv2d(picture, net.first, {}, whole);
  const Tensor y = conv2d(x, net.second, {}, whole);
  const Tensor z = conv2d(y, net.third, {}, point);

  const auto by_weight = [](const Tensor& input, const Tensor& g, std::int64_t kernel) {
    dispatch(ConvWeightGradient{.kernel = kernel, .padding = kernel / 2, .bias = true}, std::array{input, g});
  };
  const auto by_input = [](const Tensor& g, const Tensor& weight) {
    const std::int64_t padding = weight.size(2) / 2;
    return dispatch_one(
        ConvTranspose2d{.output = {g.size(2), g.size(3)}, .padding = padding, .keep_packed = false},
        std::array{g, weight, Tensor()});
  };
  by_weight(y, z, 1);
  const Tensor y_gradient = by_input(z, net.third);
  by_weight(x, y_gradient, 3);
  by_weight(picture, by_input(y_gradient, net.second), 3);
}

} // namespace

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
  if (what == "train") {
    for (int run = 0; run < std::atoi(argv[2]); ++run) train(picture, {first, second, third});
    return 0;
  }
  for (int run = 0; run < std::atoi(argv[1]); ++run) {
    const Tensor x = conv2d(picture, first, {}, {.padding = 1, .activation = Activation::relu});
    const Tensor y = conv2d(x, second, {}, {.padding = 1, .activation = Activation::relu});
    conv2d(y, third, {}, {.activation = Activation::relu}, x);
  }
}
