// Lesson 4, training a tiny network: data, a network, a loss, an optimiser and the loop around them. It tells
// discs from rings in noise, and is judged on pictures that it has never seen.
#include "examples/discs_and_rings.hpp"
#include "mammo/nn/conv2d.hpp"
#include "mammo/nn/gradients.hpp"
#include "mammo/nn/initialization.hpp"
#include "mammo/nn/linear.hpp"
#include "mammo/nn/optimizer.hpp"
#include "mammo/ops/autograd.hpp"
#include "mammo/ops/losses.hpp"
#include "mammo/ops/pooling.hpp"
#include "mammo/ops/reduction.hpp"
#include "mammo/ops/views.hpp"

#include <array>
#include <iostream>

using namespace mammo;

// A module owns layers and weights, and knows them by name.
class Net : public nn::Module {
 public:
  Net()
      : conv1_({.in_channels = 1, .out_channels = 8, .kernel = 5, .stride = 2, .padding = 2}),
        conv2_({.in_channels = 8, .out_channels = 16, .kernel = 3, .stride = 2, .padding = 1}),
        classes_({.in_features = 16, .out_features = 2}) {
    add("conv1", conv1_);
    add("conv2", conv2_);
    add("classes", classes_);
  }
  // Pictures [N, 1, 24, 24] -> 12 x 12 -> 6 x 6 -> the strongest answer of each channel -> logits [N, 2].
  Tensor forward(const Tensor& pictures) const {
    const Tensor edges = conv1_.forward(pictures, Activation::relu);
    const Tensor shapes = conv2_.forward(edges, Activation::relu);
    return classes_.forward(flatten(adaptive_max_pool2d(shapes, 1)));
  }

 private:
  nn::Conv2d conv1_;
  nn::Conv2d conv2_;
  nn::Linear classes_;
};

int main() {
  Net net;
  Generator generator(1);
  nn::initialize(net, generator); // random weights, the same on every machine
  net.set_trainable("*");         // modules are born frozen
  nn::Optimizer optimizer(nn::Adam{.rate = 0.01});
  std::cout << net.parameter_count() << " parameters\n";

  for (std::uint64_t step = 0; step <= 100; ++step) {
    const Batch batch = draw_batch(step);
    nn::clear_gradients(net);                                                          // of the step before
    const Tensor loss = cross_entropy_loss(net.forward(batch.pictures), batch.labels); // how wrong?
    backward(loss);      // which way is less wrong?
    optimizer.step(net); // a step that way
    if (step % 20 == 0) std::cout << "step " << step << ", loss " << loss.item<float>() << '\n';
  }

  // On batches of other numbers, without recording. Rows: what it was; columns: what the network said.
  const NoGrad off;
  std::array<std::array<int, 2>, 2> answers{};
  for (std::uint64_t number = 1000; number < 1016; ++number) {
    const Batch batch = draw_batch(number);
    const Tensor said = argmax(net.forward(batch.pictures), 1);
    for (std::size_t i = 0; i < 16; ++i)
      ++answers.at(batch.labels.data<std::int64_t>()[i]).at(said.data<std::int64_t>()[i]);
  }
  std::cout << "rings: " << answers[0][0] << " right, " << answers[0][1] << " taken for discs\n"
            << "discs: " << answers[1][1] << " right, " << answers[1][0] << " taken for rings\n";
}
