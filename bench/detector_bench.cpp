#include "bench/detector_graph.hpp"
#include "mammo/backend/dispatch.hpp"
#include "mammo/core/error.hpp"
#include "mammo/core/random.hpp"
#include "mammo/ops/convolution.hpp"

#include <algorithm>
#include <map>
#include <string>
#include <vector>

#include <benchmark/benchmark.h>

namespace {

using mammo::Layout;
using mammo::Tensor;
using mammo::bench::ConvolutionCall;
using mammo::bench::DetectorGraph;

constexpr std::int64_t height = 800;
constexpr std::int64_t width = 448;

// The least disturbed repetition: what other programs on the machine cannot make better.
double least(const std::vector<double>& times) {
  return *std::min_element(times.begin(), times.end());
}

void count_flops(benchmark::State& state, double flops) {
  state.counters["FLOP/s"] =
      benchmark::Counter(flops, benchmark::Counter::kIsIterationInvariantRate, benchmark::Counter::kIs1000);
}

double flops_from(std::size_t first) {
  double flops = 0;
  const auto calls = DetectorGraph::convolutions(height, width);
  for (std::size_t i = first; i < calls.size(); ++i) flops += calls[i].flops();
  return flops;
}

void run_network(benchmark::State& state) {
  const DetectorGraph graph;
  mammo::Generator generator(2);
  const Tensor x = mammo::random_normal({1, 1, height, width}, 0, 1, generator);
  graph.run(x);
  for (auto _ : state) benchmark::DoNotOptimize(graph.run(x));
  count_flops(state, flops_from(0));
}

// All but the stem: a convolution keeps the layout that it is given, so the first decides for all.
void run_body(benchmark::State& state, Layout layout) {
  const DetectorGraph graph;
  mammo::Generator generator(2);
  const Tensor x = mammo::random_normal({1, 64, height / 4, width / 4}, 0, 1, generator).to(layout);
  graph.body(x);
  for (auto _ : state) benchmark::DoNotOptimize(graph.body(x));
  state.SetLabel(std::string(name(graph.body(x)[0].layout())));
  count_flops(state, flops_from(1));
}

void run_convolution(benchmark::State& state, const ConvolutionCall& call, Layout layout) {
  mammo::Generator generator(3);
  const Tensor x =
      mammo::random_normal(call.x, 0, 1, generator).to(call.x[1] == 1 ? Layout::row_major : layout);
  const Tensor weight = mammo::random_normal(call.weight, 0, 0.1, generator);
  const Tensor bias = mammo::random_normal({call.weight[0]}, 0, 0.1, generator);
  const mammo::Conv2d options{.stride = call.stride,
                              .padding = call.padding,
                              .activation = call.relu ? mammo::Activation::relu : mammo::Activation::none};
  const Tensor residual = call.residual ? conv2d(x, weight, bias, options) : Tensor();
  conv2d(x, weight, bias, options, residual);
  for (auto _ : state) benchmark::DoNotOptimize(conv2d(x, weight, bias, options, residual));
  count_flops(state, call.flops());
}

// Equal convolutions are measured once, their number of calls in the name.
void register_convolutions() {
  std::map<std::string, std::pair<ConvolutionCall, int>> distinct;
  for (const ConvolutionCall& call : DetectorGraph::convolutions(height, width)) {
    const std::string name = mammo::concat(call.x, "*", call.weight, "/", call.stride,
                                           call.residual ? "+residual" : "", call.relu ? "+relu" : "");
    distinct.try_emplace(name, call, 0).first->second.second++;
  }
  for (const auto& [name, entry] : distinct) {
    for (const Layout layout : {Layout::channels_last, Layout::nChw8c, Layout::nChw16c}) {
      const std::string label = mammo::concat("convolution/", layout, "/", entry.second, "x/", name);
      benchmark::RegisterBenchmark(label.c_str(), run_convolution, entry.first, layout)
          ->Unit(benchmark::kMicrosecond)
          ->ComputeStatistics("min", least)
          ->UseRealTime();
    }
  }
}

} // namespace

int main(int argc, char** argv) {
  benchmark::RegisterBenchmark("detector", run_network)
      ->Unit(benchmark::kMillisecond)
      ->ComputeStatistics("min", least)
      ->UseRealTime();
  for (const Layout layout : {Layout::row_major, Layout::channels_last, Layout::nChw8c, Layout::nChw16c}) {
    benchmark::RegisterBenchmark(mammo::concat("body/", layout).c_str(), run_body, layout)
        ->Unit(benchmark::kMillisecond)
        ->ComputeStatistics("min", least)
        ->UseRealTime();
  }
  register_convolutions();
  benchmark::Initialize(&argc, argv);
  if (benchmark::ReportUnrecognizedArguments(argc, argv)) return 2;
  benchmark::RunSpecifiedBenchmarks();
  return 0;
}
