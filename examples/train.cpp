// Trains a small network to tell discs from rings: example_train CHECKPOINT_FOLDER STOP_AT_STEP
// Started again with the same folder it goes on where it stopped, and ends with the same numbers.
#include "mammo/nn/batch_norm.hpp"
#include "mammo/nn/checkpoint.hpp"
#include "mammo/nn/diagnosis.hpp"
#include "mammo/nn/dropout.hpp"
#include "mammo/nn/gradients.hpp"
#include "mammo/nn/initialization.hpp"
#include "mammo/nn/linear.hpp"
#include "mammo/nn/schedule.hpp"
#include "mammo/ops/autograd.hpp"
#include "mammo/ops/losses.hpp"
#include "mammo/ops/pooling.hpp"
#include "mammo/ops/random.hpp"
#include "mammo/ops/reduction.hpp"
#include "mammo/ops/views.hpp"

#include <cmath>
#include <cstdlib>
#include <iostream>

using namespace mammo;

class Net : public nn::Module {
 public:
  Net()
      : conv1_({.in_channels = 1, .out_channels = 8, .kernel = 5, .stride = 2, .padding = 2, .bias = false}),
        norm1_({.channels = 8}),
        conv2_({.in_channels = 8, .out_channels = 16, .kernel = 3, .stride = 2, .padding = 1, .bias = false}),
        norm2_({.channels = 16}),
        dropout_({.probability = 0.1}),
        classes_({.in_features = 16, .out_features = 2}) {
    add("conv1", conv1_);
    add("norm1", norm1_);
    add("conv2", conv2_);
    add("norm2", norm2_);
    add("dropout", dropout_);
    add("classes", classes_);
  }

  // Pictures [N, 1, 24, 24] -> logits [N, 2].
  Tensor forward(const Tensor& pictures) const {
    Tensor y = conv_norm(conv1_, norm1_, pictures, Activation::relu);
    y = conv_norm(conv2_, norm2_, y, Activation::relu);
    return classes_.forward(dropout_.forward(flatten(adaptive_max_pool2d(y, 1))));
  }

 private:
  nn::Conv2d conv1_;
  nn::BatchNorm2d norm1_;
  nn::Conv2d conv2_;
  nn::BatchNorm2d norm2_;
  nn::Dropout dropout_;
  nn::Linear classes_;
};

struct Batch {
  Tensor pictures;
  Tensor labels; // 0: ring, 1: disc
};

// The same batch for the same number, on every machine.
Batch draw_batch(std::uint64_t number) {
  constexpr std::int64_t count = 16;
  constexpr std::int64_t size = 24;
  Generator generator(2024, number);
  Batch batch{random_normal({count, 1, size, size}, 0, 0.3, generator),
              Tensor::zeros({count}, {.dtype = DType::i64})};
  const auto pixels = batch.pictures.mutable_data<float>();
  const auto labels = batch.labels.mutable_data<std::int64_t>();
  for (std::int64_t n = 0; n < count; ++n) {
    const bool disc = generator.below(2) == 1;
    const double radius = generator.uniform(4, 7);
    const double middle_x = generator.uniform(8, 16);
    const double middle_y = generator.uniform(8, 16);
    labels[static_cast<std::size_t>(n)] = disc ? 1 : 0;
    for (std::int64_t i = 0; i < size * size; ++i) {
      const double x = static_cast<double>(i % size) - middle_x;
      const double y = static_cast<double>(i / size) - middle_y;
      const double distance = std::hypot(x, y);
      const bool inside = distance < radius && (disc || distance > radius / 2);
      if (inside) pixels[static_cast<std::size_t>(n * size * size + i)] += 1;
    }
  }
  return batch;
}

double accuracy(const Net& net) {
  const NoGrad off;
  int right = 0;
  int all = 0;
  for (std::uint64_t number = 1000; number < 1008; ++number) {
    const Batch batch = draw_batch(number);
    const Tensor answers = argmax(net.forward(batch.pictures), 1);
    for (std::size_t n = 0; n < answers.data<std::int64_t>().size(); ++n) {
      right += answers.data<std::int64_t>()[n] == batch.labels.data<std::int64_t>()[n];
      ++all;
    }
  }
  return static_cast<double>(right) / all;
}

int main(int argc, char** argv) {
  if (argc != 3) return 2;
  const std::string folder = argv[1];
  const std::int64_t stop_at = std::atoll(argv[2]);

  Net net;
  Generator generator(1);
  initialize(net, generator);
  net.set_trainable("*");
  seed_training(2); // dropout draws from here

  // Norms and biases are not pulled towards zero.
  nn::Optimizer optimizer(nn::Adam{.rate = 0.02, .weight_decay = 0.01, .decoupled = true},
                          {{.names = {"norm*", "*.bias"}, .weight_decay = 0}});
  const nn::Schedule schedule = nn::warm_up(10, nn::cosine(70));
  nn::MovingAverage average(net, 0.9);

  nn::TrainingRun run{.module = net, .optimizer = optimizer, .average = &average};
  if (load_latest_checkpoint(folder, run)) std::cout << "going on at step " << run.step << '\n';

  const nn::NameFailingLayer names(net); // should memory run out
  net.train();
  while (run.step < stop_at) {
    const Batch batch = draw_batch(static_cast<std::uint64_t>(run.step));
    const auto loss_of_batch = [&] {
      return cross_entropy_loss(net.forward(batch.pictures), batch.labels, {.label_smoothing = 0.05});
    };
    const Tensor loss = loss_of_batch();
    if (!std::isfinite(loss.item<float>())) {
      const auto where = first_non_finite(net, [&] { loss_of_batch(); });
      std::cerr << "step " << run.step << ": " << (where ? where->message() : "the loss is not finite")
                << '\n';
      return 1; // the last checkpoint is still good
    }
    clear_gradients(net);
    backward(loss);
    clip_gradient_norm(net, 1);
    optimizer.step(net, schedule(run.step));
    average.update(net);
    ++run.step;
    if (run.step % 10 == 0) {
      std::cout << "step " << run.step << ", loss " << loss.item<float>() << '\n';
      save_checkpoint(folder, run);
    }
  }

  net.eval();
  const nn::AveragedWeights averaged(net, average);
  std::cout << "right with averaged weights: " << accuracy(net) << '\n';
}
