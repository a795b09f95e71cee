// What augmenting a batch of four films costs: the shipped detector's recipe, each augmentation alone, and
// all of them together; from films that already have the canvas's size and from larger ones. Arguments: the
// films' height and width, threads.

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
using mammo::data::LabelledFilm;

// Noisy tissue with a lesion.
LabelledFilm film(std::int64_t height, std::int64_t width) {
  LabelledFilm film{.picture = Tensor::empty({height, width}, {.dtype = DType::u8})};
  std::uint32_t state = 1;
  for (std::uint8_t& pixel : film.picture.mutable_data<std::uint8_t>()) {
    state = state * 1664525U + 1013904223U;
    pixel = static_cast<std::uint8_t>(80 + (state >> 26));
  }
  const double side = static_cast<double>(height) / 16;
  film.boxes = {{static_cast<double>(width) / 3, static_cast<double>(height) / 2, side, side}};
  film.labels = {1};
  return film;
}

AugmentationOptions everything() {
  AugmentationOptions options = detector_augmentation();
  options.scale = {0.5, 1.8};
  options.zoom = {1, 1.5};
  options.elastic = {4, 12};
  options.mosaic = 0.5;
  options.paste = 1;
  options.blur = {0.5, 1.5};
  options.noise = {2, 8};
  options.cutout = {0.1, 0.3};
  options.gamma.probability = 1;
  return options;
}

void augment_four(benchmark::State& state, const AugmentationOptions& options) {
  mammo::set_thread_budget(static_cast<int>(state.range(2)));
  state.SetLabel(std::string(mammo::name(mammo::isa())));
  const std::vector<LabelledFilm> films(4, film(state.range(0), state.range(1)));
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
