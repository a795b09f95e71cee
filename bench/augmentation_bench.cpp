// What augmenting a batch of four films costs: the shipped detector's recipe, each augmentation alone, and
// all of them together; from films that already have the canvas's size and from larger ones. Arguments: the
// films' height and width, threads.

#include "bench/augmented_films.hpp"
#include "mammo/core/isa.hpp"
#include "mammo/core/threads.hpp"
#include "mammo/data/augmentation.hpp"

#include <cstdint>
#include <string>
#include <vector>

#include <benchmark/benchmark.h>

namespace {

using mammo::DType;
using mammo::Tensor;
using mammo::data::AugmentationOptions;
using mammo::data::detector_augmentation;
using mammo::data::everything;
using mammo::data::LabelledFilm;
using mammo::data::noisy_film;

void augment_four(benchmark::State& state, const AugmentationOptions& options) {
  mammo::set_thread_budget(static_cast<int>(state.range(2)));
  state.SetLabel(std::string(mammo::name(mammo::isa())));
  const std::vector<LabelledFilm> films(4, noisy_film(state.range(0), state.range(1)));
  std::uint64_t seed = 0;
  for (auto _ : state) benchmark::DoNotOptimize(mammo::data::augment_batch(films, options, seed++));
}

void sizes(benchmark::internal::Benchmark* b) {
  b->ArgNames({"height", "width", "threads"})->Unit(benchmark::kMillisecond)->UseRealTime();
  for (const int threads : {1, 2}) b->Args({800, 448, threads})->Args({1333, 800, threads});
}

BENCHMARK_CAPTURE(augment_four, nothing, AugmentationOptions{})->Apply(sizes);
BENCHMARK_CAPTURE(augment_four, detector, detector_augmentation())->Apply(sizes);
BENCHMARK_CAPTURE(augment_four, elastic, AugmentationOptions{.elastic = {4, 12}})->Apply(sizes);
BENCHMARK_CAPTURE(augment_four, blur, AugmentationOptions{.blur = {1, 1}})->Apply(sizes);
BENCHMARK_CAPTURE(augment_four, gamma, AugmentationOptions{.gamma = {0.8, 0.8}})->Apply(sizes);
BENCHMARK_CAPTURE(augment_four, noise, AugmentationOptions{.noise = {5, 5}})->Apply(sizes);
BENCHMARK_CAPTURE(augment_four, everything, everything())->Apply(sizes);

} // namespace

BENCHMARK_MAIN();
