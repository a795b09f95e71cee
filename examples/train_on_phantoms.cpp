// Trains a small network to find masses, pixel by pixel and from nothing, in under a minute on two cores.
// Shows what training is made of: a data set, a network, a loss, an optimiser, a schedule, and the loop
// around them.
//
//     example_train_on_phantoms FOLDER [STEPS]     writes FOLDER/loss.png and FOLDER/found.png
#include "examples/phantoms.hpp"
#include "mammo/core/threads.hpp"
#include "mammo/data/loader.hpp"
#include "mammo/image/line_plot.hpp"
#include "mammo/image/write_png.hpp"
#include "mammo/nn/conv2d.hpp"
#include "mammo/nn/gradients.hpp"
#include "mammo/nn/group_norm.hpp"
#include "mammo/nn/initialization.hpp"
#include "mammo/nn/module_list.hpp"
#include "mammo/nn/optimizer.hpp"
#include "mammo/nn/schedule.hpp"
#include "mammo/ops/arrange.hpp"
#include "mammo/ops/autograd.hpp"
#include "mammo/ops/elementwise.hpp"
#include "mammo/ops/interpolation.hpp"
#include "mammo/ops/losses.hpp"

#include <algorithm>
#include <array>
#include <cstdlib>
#include <filesystem>
#include <iostream>

using namespace mammo;

struct Block : nn::Module {
  nn::Conv2d conv;
  nn::GroupNorm norm;

  Block(std::int64_t in, std::int64_t out, std::int64_t stride)
      : conv({.in_channels = in, .out_channels = out, .kernel = 3, .stride = stride, .padding = 1}),
        norm({.groups = 4, .channels = out}) {
    add("conv", conv);
    add("norm", norm);
  }
  Tensor forward(const Tensor& x) const { return relu(norm.forward(conv.forward(x))); }
};

// A small U-Net (Ronneberger et al. 2015): down to an eighth of the size, to see the whole breast, and up
// again beside what was seen on the way, to know where.
struct Finder : nn::Module {
  nn::ModuleList<Block> down;
  nn::ModuleList<Block> up;
  nn::Conv2d last{{.in_channels = 16, .out_channels = 1, .kernel = 3, .padding = 1}};

  Finder() {
    for (const auto& [in, out] : {std::pair(1, 16), {16, 32}, {32, 64}}) down.emplace_back(in, out, 2);
    for (const auto& [in, out] : {std::pair(64 + 32, 32), {32 + 16, 16}}) up.emplace_back(in, out, 1);
    add("down", down);
    add("up", up);
    add("last", last);
  }
  // Films [N, 1, 128, 96] -> logits like them.
  Tensor forward(const Tensor& films) const {
    const Tensor half = down[0].forward(films);
    const Tensor quarter = down[1].forward(half);
    Tensor x = interpolate_nearest(down[2].forward(quarter), {32, 24});
    x = interpolate_nearest(up[0].forward(concatenate(std::array{x, quarter}, 1)), {64, 48});
    x = up[1].forward(concatenate(std::array{x, half}, 1));
    return interpolate_bilinear(last.forward(x), {128, 96});
  }
};

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
  const NoGrad no_grad;
  data::Loader unseen(Phantoms{.first_seed = 0, .count = 32},
                      data::Sampler::sequential(32, {.batch_size = 32}));
  const Tensor batch = unseen.next().value();
  const Tensor truth = batch.slice(1, 1, 2);
  const Tensor found = sigmoid(net.forward(batch.slice(1, 0, 1)));
  std::cout << "Dice on 32 films that it has not seen: " << 1 - dice_loss(found, truth).item<float>() << '\n';

  // Eight of them: the films, the truth below, and below that what was found.
  const Tensor column = concatenate(std::array{batch.slice(1, 0, 1), truth, found}, 2).plain();
  const Tensor sheet = column.slice(0, 0, 8).permute({1, 2, 0, 3}).contiguous().reshape({3 * 128, 8 * 96});
  image::write_png(folder / "found.png", multiply(sheet, Tensor::full({1}, 255)).to(DType::u8));
}
