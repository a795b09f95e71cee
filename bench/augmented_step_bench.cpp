// What augmenting a batch costs beside the training step that it feeds: four films of 1333 x 800 augmented by
// the shipped detector's recipe, and a step of the detector on the 800 x 448 canvases that come out of it
// (forward, losses, backward, SGD), in turns, on the same threads.
//
//     bench_augmented_step [ROUNDS [THREADS]]

#include "bench/augmented_films.hpp"
#include "mammo/core/isa.hpp"
#include "mammo/core/threads.hpp"
#include "mammo/data/augmentation.hpp"
#include "mammo/models/detector.hpp"
#include "mammo/models/retinanet_loss.hpp"
#include "mammo/nn/gradients.hpp"
#include "mammo/nn/optimizer.hpp"
#include "mammo/ops/autograd.hpp"

#include <algorithm>
#include <chrono>
#include <cstdio>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace mammo {
namespace {

double milliseconds(const std::function<void()>& work) {
  const auto start = std::chrono::steady_clock::now();
  work();
  return std::chrono::duration<double, std::milli>(std::chrono::steady_clock::now() - start).count();
}

double median(std::vector<double> times) {
  std::ranges::sort(times);
  return times[times.size() / 2];
}

class Step {
 public:
  Step() : network_(models::load_detector("models/detector").network) {
    network_->train();
    network_->set_trainable("*");
    for (const char* frozen :
         {"backbone.body.conv1.*", "backbone.body.layer1.*", "*.bn*", "*.downsample.1.*"}) {
      network_->set_trainable(frozen, false);
    }
  }

  void run(const data::AugmentedFilm::Batch& batch) {
    std::vector<std::vector<models::LabelledBox>> truth;
    for (std::size_t i = 0; i < batch.boxes.size(); ++i) {
      truth.emplace_back();
      for (std::size_t k = 0; k < batch.boxes[i].size(); ++k)
        truth.back().push_back({batch.boxes[i][k], batch.labels[i][k]});
    }
    nn::clear_gradients(*network_);
    backward(
        models::retinanet_loss(network_->forward(batch.inputs), network_->config().anchors, truth).total);
    optimizer_.step(*network_);
  }

 private:
  std::shared_ptr<models::RetinaNet> network_;
  nn::Optimizer optimizer_{nn::Sgd{.rate = 1e-6}};
};

int run(int argc, char** argv) {
  // scripts/bench hands Google Benchmark's flags to every program.
  std::vector<int> numbers;
  for (int i = 1; i < argc; ++i) {
    if (!std::string_view(argv[i]).starts_with("--")) numbers.push_back(std::stoi(argv[i]));
  }
  const int rounds = numbers.empty() ? 7 : numbers[0];
  set_thread_budget(numbers.size() > 1 ? numbers[1] : 2);

  const std::vector<data::LabelledFilm> films(4, data::noisy_film(1333, 800));
  Step step;
  std::vector<double> recipe;
  std::vector<double> all;
  std::vector<double> steps;
  std::uint64_t seed = 0;
  for (int round = -1; round < rounds; ++round) {
    ++seed;
    data::AugmentedFilm::Batch batch;
    const double recipe_time =
        milliseconds([&] { batch = data::augment_batch(films, data::detector_augmentation(), seed); });
    const double all_time = milliseconds([&] { data::augment_batch(films, data::everything(), seed); });
    const double step_time = milliseconds([&] { step.run(batch); });
    if (round < 0) continue;
    recipe.push_back(recipe_time);
    all.push_back(all_time);
    steps.push_back(step_time);
  }
  const double whole = median(steps);
  std::printf("4 films of 1333 x 800, canvas 800 x 448, %d threads, %s; medians of %d\n", thread_count(),
              std::string(name(isa())).c_str(), rounds);
  const auto print = [&](const char* what, double time) {
    std::printf("%-34s %9.1f ms %8.2f %%\n", what, time, 100 * time / whole);
  };
  print("training step of the detector", whole);
  print("augmentation, detector's recipe", median(recipe));
  print("augmentation, everything at once", median(all));
  return 0;
}

} // namespace
} // namespace mammo

int main(int argc, char** argv) {
  return mammo::run(argc, argv);
}
