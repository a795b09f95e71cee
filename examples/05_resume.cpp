// Lesson 5, training that can stop: schedule, averaged weights, checkpoints, and what to do about a loss that
// is not finite. Run again with the same folder it goes on where it stopped, and ends with the same numbers.
//     example_05_resume CHECKPOINT_FOLDER STOP_AT_STEP
#include "examples/disc_net.hpp"
#include "examples/discs_and_rings.hpp"
#include "mammo/nn/checkpoint.hpp"
#include "mammo/nn/diagnosis.hpp"
#include "mammo/nn/gradients.hpp"
#include "mammo/nn/initialization.hpp"
#include "mammo/nn/schedule.hpp"
#include "mammo/ops/autograd.hpp"
#include "mammo/ops/losses.hpp"
#include "mammo/ops/random.hpp"

#include <cmath>
#include <cstdlib>
#include <iostream>

using namespace mammo;

int main(int argc, char** argv) {
  if (argc != 3) return 2;
  DiscNet net;
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
  if (load_latest_checkpoint(argv[1], run)) std::cout << "going on at step " << run.step << '\n';

  const nn::NameFailingLayer names(net); // should memory run out
  net.train();
  while (run.step < std::atoll(argv[2])) {
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
    if (++run.step % 10 != 0) continue;
    std::cout << "step " << run.step << ", loss " << loss.item<float>() << '\n';
    save_checkpoint(argv[1], run);
  }

  net.eval();
  const nn::AveragedWeights averaged(net, average);
  std::cout << "right with averaged weights: " << accuracy(net) << '\n';
}
