// What a stream costs: the time of an item that goes through three stages which do next to nothing, by the
// number of workers and of items in flight.
#include "mammo/core/threads.hpp"
#include "mammo/pipeline/stream.hpp"

#include <algorithm>
#include <cstdint>
#include <optional>

#include <benchmark/benchmark.h>

namespace {

using mammo::pipeline::from;
using mammo::pipeline::named;
using mammo::pipeline::serial;
using mammo::pipeline::stream;

constexpr int items = 20'000;

void item_through_a_stream(benchmark::State& state, bool ordered) {
  const int workers = static_cast<int>(state.range(0));
  mammo::set_thread_budget(std::max(mammo::thread_budget(), workers));
  std::int64_t sum = 0;
  for ([[maybe_unused]] auto _ : state) {
    int next = 0;
    stream(from([&]() -> std::optional<int> {
             if (next == items) return std::nullopt;
             return next++;
           }) | named<"add">([](int x) { return x + 1; }) |
               named<"serial">(serial([](int x) { return 2 * x; })) |
               named<"subtract">([](int x) { return x - 1; }),
           [&](int x) { sum += x; },
           {.workers = workers, .in_flight = static_cast<std::size_t>(state.range(1)), .ordered = ordered});
  }
  benchmark::DoNotOptimize(sum);
  state.SetItemsProcessed(state.iterations() * items);
  state.counters["us_an_item"] =
      benchmark::Counter(static_cast<double>(state.iterations()) * items / 1e6,
                         benchmark::Counter::kIsRate | benchmark::Counter::kInvert);
}

} // namespace

BENCHMARK_CAPTURE(item_through_a_stream, ordered, true)
    ->ArgNames({"workers", "in_flight"})
    ->Args({1, 1})
    ->Args({1, 32})
    ->Args({2, 2})
    ->Args({2, 4})
    ->Args({2, 32})
    ->UseRealTime()
    ->Unit(benchmark::kMillisecond);
BENCHMARK_CAPTURE(item_through_a_stream, unordered, false)
    ->ArgNames({"workers", "in_flight"})
    ->Args({2, 4})
    ->Args({2, 32})
    ->UseRealTime()
    ->Unit(benchmark::kMillisecond);

BENCHMARK_MAIN();
