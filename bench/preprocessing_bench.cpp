// What preprocessing costs: the whole way from an 8-bit film to the detector's input, its stages, and the two
// long loops as plain C++ beside Halide. Arguments: height, width, threads.

#include "image/geometry_kernels.hpp"
#include "image/kernels.hpp"
#include "mammo/core/isa.hpp"
#include "mammo/core/threads.hpp"
#include "mammo/image/blur.hpp"
#include "mammo/image/breast.hpp"
#include "mammo/image/detector_input.hpp"
#include "mammo/image/overlay.hpp"
#include "mammo/image/resample.hpp"

#include <cstdint>
#include <string>
#include <vector>

#include <benchmark/benchmark.h>

namespace {

using namespace mammo;
using namespace mammo::image;

// Noisy tissue in a half ellipse at the left, on dark air.
Tensor film(std::int64_t height, std::int64_t width) {
  Tensor result = Tensor::empty({height, width}, {.dtype = DType::u8});
  std::uint8_t* pixel = result.mutable_data<std::uint8_t>().data();
  std::uint32_t state = 1;
  for (std::int64_t y = 0; y < height; ++y) {
    for (std::int64_t x = 0; x < width; ++x) {
      state = state * 1664525U + 1013904223U;
      const double u = static_cast<double>(x) / (0.7 * static_cast<double>(width));
      const double v = static_cast<double>(2 * y - height) / (0.9 * static_cast<double>(height));
      const std::uint32_t noise = state >> 24;
      *pixel++ = static_cast<std::uint8_t>(u * u + v * v < 1 ? 90 + noise / 4 : noise / 64);
    }
  }
  return result;
}

Tensor film_of(const benchmark::State& state) {
  return film(state.range(0), state.range(1));
}

void set_threads(benchmark::State& state) {
  set_thread_budget(static_cast<int>(state.range(2)));
  state.SetLabel(std::string(name(isa())));
}

void detector_input_whole(benchmark::State& state) {
  set_threads(state);
  const Tensor grey = film_of(state);
  for (auto _ : state) benchmark::DoNotOptimize(detector_input(grey));
}

void resize_to_working(benchmark::State& state) {
  set_threads(state);
  const Tensor grey = film_of(state);
  const std::int64_t width = 800 * state.range(1) / state.range(0);
  for (auto _ : state) benchmark::DoNotOptimize(resize_area(grey, 800, width));
}

void find_breast_in_working(benchmark::State& state) {
  set_threads(state);
  const Tensor grey = film_of(state);
  for (auto _ : state) benchmark::DoNotOptimize(find_breast(grey));
}

void fit_working(benchmark::State& state) {
  set_threads(state);
  const Tensor grey = film_of(state);
  for (auto _ : state) benchmark::DoNotOptimize(fit_to_canvas(grey));
}

void overlay(benchmark::State& state) {
  set_threads(state);
  const Tensor grey = film_of(state);
  const auto height = static_cast<double>(state.range(0));
  const std::vector<Marking> markings{{{height / 8, height / 3, height / 9, height / 12}, 0.7, "mass"},
                                      {{height / 9, height / 2, height / 9, height / 12}, 0.3, "mass"}};
  for (auto _ : state) benchmark::DoNotOptimize(draw_overlay(grey, markings));
}

void resize_kernel(benchmark::State& state, AreaKernel kernel) {
  set_threads(state);
  const Tensor grey = film_of(state);
  const AreaTaps rows = area_taps(state.range(0), 800);
  const AreaTaps columns = area_taps(state.range(1), 800 * state.range(1) / state.range(0));
  std::vector<std::uint8_t> out(rows.starts.size() * columns.starts.size());
  for (auto _ : state) {
    kernel({grey.data<std::uint8_t>().data(), state.range(0), state.range(1)}, rows, columns, out.data());
    benchmark::ClobberMemory();
  }
}

void blur_kernel(benchmark::State& state, BlurKernel kernel) {
  set_threads(state);
  const Tensor grey = film_of(state);
  const std::vector<std::uint16_t> weights(32, 8);
  std::vector<std::uint8_t> out(static_cast<std::size_t>((state.range(0) - 31) * (state.range(1) - 31)));
  for (auto _ : state) {
    kernel({grey.data<std::uint8_t>().data(), state.range(0), state.range(1)}, weights, out.data());
    benchmark::ClobberMemory();
  }
}

// From a film to its detector-sized picture, every weight in f32, as resize() with a triangle does it.
void filter_kernel(benchmark::State& state, ResizeKernel kernel) {
  set_threads(state);
  const Tensor grey = film_of(state);
  const std::int64_t width = 800 * state.range(1) / state.range(0);
  const auto taps = [](std::int64_t from, std::int64_t to) {
    ResizeTaps result{.taps = 2 * from / to + 1, .starts = {}, .weights = {}};
    for (std::int64_t i = 0; i < to; ++i)
      result.starts.push_back(static_cast<std::int32_t>(i * (from - result.taps) / (to - 1)));
    result.weights.assign(static_cast<std::size_t>(result.taps * to), 1 / static_cast<float>(result.taps));
    return result;
  };
  const ResizeTaps rows = taps(state.range(0), 800);
  const ResizeTaps columns = taps(state.range(1), width);
  Tensor out = Tensor::empty({800, width}, {.dtype = DType::u8});
  for (auto _ : state) {
    kernel(grey, rows, columns, out);
    benchmark::ClobberMemory();
  }
}

// A film turned by 12 degrees, in one thread: threads are the caller's.
void warp_kernel(benchmark::State& state, WarpKernel kernel) {
  set_threads(state);
  const Tensor grey = film_of(state);
  std::vector<float> out(static_cast<std::size_t>(16 * state.range(1)));
  const WarpRows rows{.picture = grey, .to_picture = {0.98, 0.2, -200, -0.2, 0.98, 300}, .first = {}};
  for (auto _ : state) {
    for (std::int64_t y = 0; y + 16 <= state.range(0); y += 16) {
      WarpRows strip = rows;
      strip.first.y = static_cast<double>(y);
      kernel(strip, 16, state.range(1), out.data());
    }
    benchmark::ClobberMemory();
  }
}

void films(benchmark::internal::Benchmark* b) {
  b->ArgNames({"height", "width", "threads"})->Unit(benchmark::kMillisecond)->UseRealTime();
  for (const int threads : {1, 2}) b->Args({3062, 2394, threads})->Args({5491, 2986, threads});
}

void working(benchmark::internal::Benchmark* b) {
  b->ArgNames({"height", "width", "threads"})->Unit(benchmark::kMillisecond)->UseRealTime();
  for (const int threads : {1, 2}) b->Args({800, 626, threads});
}

BENCHMARK(detector_input_whole)->Apply(films);
BENCHMARK(resize_to_working)->Apply(films);
BENCHMARK(find_breast_in_working)->Apply(working);
BENCHMARK(fit_working)->Apply(working);
BENCHMARK(overlay)->Apply(films);
BENCHMARK_CAPTURE(resize_kernel, plain, plain::resize_area)->Apply(films);
BENCHMARK_CAPTURE(blur_kernel, plain, plain::blur)->Apply(working);
BENCHMARK_CAPTURE(filter_kernel, plain, plain::resize)->Apply(films);
BENCHMARK_CAPTURE(warp_kernel, plain, plain::warp_bilinear)->Apply(working)->Args({3062, 2394, 1});
#if MAMMO_WITH_HALIDE
BENCHMARK_CAPTURE(filter_kernel, halide, halide::resize)->Apply(films);
BENCHMARK_CAPTURE(warp_kernel, halide, halide::warp_bilinear)->Apply(working)->Args({3062, 2394, 1});
BENCHMARK_CAPTURE(resize_kernel, halide, halide::resize_area)->Apply(films);
BENCHMARK_CAPTURE(blur_kernel, halide, halide::blur)->Apply(working);
#endif

} // namespace

BENCHMARK_MAIN();
