// Lesson 6, a network that outlines masses: a data set and a loader that works ahead, a small U-Net, a loss
// for rare pixels, a schedule, and pictures of how it went. Under a minute on two cores.
//     example_06_segmentation FOLDER [STEPS]     writes FOLDER/loss.png and FOLDER/found.png
#include "examples/finder.hpp"
#include "examples/phantoms.hpp"
#include "mammo/core/threads.hpp"
#include "mammo/image/line_plot.hpp"
#include "mammo/image/write_png.hpp"
#include "mammo/nn/gradients.hpp"
#include "mammo/nn/initialization.hpp"
#include "mammo/nn/optimizer.hpp"
#include "mammo/nn/schedule.hpp"
#include "mammo/ops/arrange.hpp"
#include "mammo/ops/autograd.hpp"
#include "mammo/ops/losses.hpp"

#include <algorithm>
#include <cstdlib>
#include <filesystem>
#include <iostream>

using namespace mammo;

int main(int argc, char** argv) {
  if (argc < 2) return 2;
  const std::filesystem::path folder = argv[1];
  const int steps = argc > 2 ? std::atoi(argv[2]) : 300;

  Finder net;
  Generator generator(1);
  nn::initialize(net, generator);
  net.set_trainable("*");
  nn::Optimizer optimizer(nn::Adam{.rate = 4e-3});
  const nn::Schedule schedule = nn::warm_up(20, nn::cosine(steps));
  const Phantoms films{.first_seed = 1000, .count = 8 * static_cast<std::size_t>(steps)};
  // One thread makes films, the others learn: together as many as there are processors.
  const ThreadLease learning(std::max(1, thread_budget() - 1));
  data::Loader loader(films, data::Sampler::sequential(films.size(), {.batch_size = 8}), {.workers = 1});

  image::LineSeries losses;
  for (const Tensor& batch : loader) { // [8, 2, 128, 96]
    const auto step = static_cast<std::int64_t>(losses.x.size());
    const Tensor truth = batch.slice(1, 1, 2);
    nn::clear_gradients(net);
    const Tensor logits = net.forward(batch.slice(1, 0, 1));
    // Each pixel's own loss, and Dice, which a mass of few pixels counts in as much as a large one.
    const Tensor loss = add(bce_loss(logits, truth), dice_loss(sigmoid(logits), truth));
    backward(loss);
    optimizer.step(net, schedule(step));
    losses.x.push_back(static_cast<double>(step));
    losses.y.push_back(loss.item<float>());
    if (step % 25 == 0) std::cout << "step " << step << ", loss " << losses.y.back() << std::endl;
  }
  const image::LinePlotOptions labels{.title = "Finding masses", .x_label = "step", .y_label = "loss"};
  image::write_png(folder / "loss.png", image::draw_line_plot(std::array{losses}, labels));

  // On films of other seeds. Dice is 1 where all is found and nothing else.
  const NoGrad off;
  const Tensor batch = phantom_batches(0, 32, 32).next().value();
  const Tensor truth = batch.slice(1, 1, 2);
  const Tensor found = sigmoid(net.forward(batch.slice(1, 0, 1)));
  std::cout << "Dice on 32 films that it has not seen: " << 1 - dice_loss(found, truth).item<float>() << '\n';

  // Eight of them: the films, the truth below, and below that what was found.
  const Tensor column = concatenate(std::array{batch.slice(1, 0, 1), truth, found}, 2).plain();
  const Tensor sheet = column.slice(0, 0, 8).permute({1, 2, 0, 3}).contiguous().reshape({3 * 128, 8 * 96});
  image::write_png(folder / "found.png", multiply(sheet, Tensor::full({1}, 255)).to(DType::u8));
}
