// Lesson 17, a network of one's own, from layers to ONNX: example_17_own_architecture [FOLDER [FILMS]]
#include "examples/phantoms.hpp"
#include "mammo/nn/conv2d.hpp"
#include "mammo/nn/gradients.hpp"
#include "mammo/nn/initialization.hpp"
#include "mammo/nn/module_list.hpp"
#include "mammo/nn/onnx.hpp"
#include "mammo/nn/optimizer.hpp"
#include "mammo/nn/safetensors.hpp"
#include "mammo/ops/autograd.hpp"
#include "mammo/ops/elementwise.hpp"
#include "mammo/ops/normalization.hpp"
#include "mammo/ops/pooling.hpp"
#include "mammo/ops/reduction.hpp"
#include "mammo/ops/views.hpp"

#include <chrono>
#include <iostream>
using namespace mammo;

struct PointerConfig {
  std::int64_t channels = 24;
  std::vector<std::int64_t> dilations{1, 2, 4, 8, 1}; // with gaps, a few convolutions see the whole breast
};

// Points at the mass of a film: [N, 1, 128, 96] -> logits of the cells where it may be, [N, 32 * 24].
struct Pointer : nn::Module {
  nn::Conv2d stem, head;
  nn::ModuleList<nn::Conv2d> blocks;
  explicit Pointer(const PointerConfig& config)
      : stem({.in_channels = 1, .out_channels = config.channels, .kernel = 7, .stride = 4, .padding = 3}),
        head({.in_channels = config.channels, .out_channels = 1}) {
    nn::Conv2dConfig block{.in_channels = config.channels, .out_channels = config.channels, .kernel = 3};
    for (const std::int64_t dilation : config.dilations) {
      block.padding = block.dilation = dilation;
      blocks.emplace_back(block);
    }
    add("stem", stem);
    add("blocks", blocks);
    add("head", head);
  }
  Tensor forward(const Tensor& films) const {
    Tensor x = stem.forward(films, Activation::relu);
    for (const auto& conv : blocks) x = conv->forward(x, Activation::relu, x); // relu(conv(x) + x)
    return flatten(head.forward(x));
  }
};

// The probability with which a network points at the mass, of examples [N, 2, 128, 96].
Tensor at_mass(const Pointer& net, const Tensor& examples) {
  const Tensor cells = flatten(max_pool2d(examples.slice(1, 1, 2), {.kernel = 4, .stride = 4}));
  return sum(multiply(softmax(net.forward(examples.slice(1, 0, 1)), 1), cells), {1});
}

int main(int argc, char** argv) {
  const std::string folder = argc < 2 ? "." : argv[1];
  Pointer net({});
  Generator generator(1);
  nn::initialize(net, generator);
  net.set_trainable("*");
  nn::Optimizer optimizer(nn::Adam{.rate = 3e-3});
  for (const Tensor& batch : phantom_batches(1000, argc > 2 ? std::stoul(argv[2]) : 2400, 8)) {
    nn::clear_gradients(net);
    backward(neg(mean(log(at_mass(net, batch)))));
    optimizer.step(net);
  }
  nn::write_safetensors(folder + "/pointer.safetensors", net.state_dict());
  const auto forward = [&net](auto x) { return std::vector<nn::NamedTensor>{{"cells", net.forward(x[0])}}; };
  const nn::NamedTensor films{"films", Tensor::zeros({1, 1, 128, 96})};
  nn::export_onnx(nn::trace(net, forward, {&films, 1}), folder + "/pointer.onnx");
  const NoGrad off;
  const Tensor unseen = phantom_batches(0, 32, 32).next().value();
  const Tensor found = mean(at_mass(net, unseen));
  const auto start = std::chrono::steady_clock::now();
  net.forward(unseen.slice(1, 0, 1)); // the first run, above, has prepared it
  const std::chrono::duration<double, std::milli> taken(std::chrono::steady_clock::now() - start);
  std::cout << "points at the mass with a probability of " << found.item<float>() << '\n'
            << net.parameter_count() << " parameters, " << taken.count() / 32 << " ms a film\n";
}
