#include "mammo/core/error.hpp"
#include "mammo/models/detector.hpp"
#include "mammo/models/resnet.hpp"
#include "mammo/nn/formula.hpp"

#include <cstdint>
#include <cstdlib>
#include <exception>
#include <filesystem>
#include <iostream>
#include <string>

#include <benchmark/benchmark.h>

// Whole networks as users run them. MAMMO_MODELS names the folder of the shipped models; without it, models/
// below the working directory. `make bench` compares them with PyTorch.

namespace {

using mammo::Tensor;

std::filesystem::path models_folder() {
  const char* folder = std::getenv("MAMMO_MODELS");
  return folder != nullptr ? folder : "models";
}

Tensor grey_levels(const mammo::Shape& shape) {
  Tensor x = mammo::nn::formula_tensor("bench.input", shape);
  for (float& value : x.mutable_data<float>()) value *= 100;
  return x;
}

void detector(benchmark::State& state, bool boxes) {
  const mammo::models::Detector detector = mammo::models::load_detector(models_folder() / "detector");
  const auto& canvas = detector.config.input.canvas;
  const Tensor x = grey_levels({1, 1, canvas.height, canvas.width});
  detector.network->forward(x);
  for (auto _ : state) {
    auto output = detector.network->forward(x);
    if (boxes) benchmark::DoNotOptimize(detector.network->postprocess(output));
    benchmark::DoNotOptimize(output);
  }
}

void load(benchmark::State& state) {
  for (auto _ : state) benchmark::DoNotOptimize(mammo::models::load_detector(models_folder() / "detector"));
}

void resnet(benchmark::State& state, std::int64_t depth) {
  mammo::models::ResNet net({.depth = depth});
  load_by_formula(net);
  const Tensor x = mammo::nn::formula_tensor("bench.input", {1, 3, 224, 224});
  net.forward(x);
  for (auto _ : state) benchmark::DoNotOptimize(net.forward(x));
}

void register_benchmarks() {
  const auto add = [](const std::string& name, auto run) {
    benchmark::RegisterBenchmark(name.c_str(), run)->Unit(benchmark::kMillisecond)->UseRealTime();
  };
  add("detector/800x448", [](benchmark::State& state) { detector(state, false); });
  add("detector/800x448/boxes", [](benchmark::State& state) { detector(state, true); });
  add("detector/load", load);
  for (const std::int64_t depth : {18, 50}) {
    add(mammo::concat("resnet", depth, "/224x224"),
        [depth](benchmark::State& state) { resnet(state, depth); });
  }
}

} // namespace

int main(int argc, char** argv) {
  register_benchmarks();
  benchmark::Initialize(&argc, argv);
  if (benchmark::ReportUnrecognizedArguments(argc, argv)) return 2;
  try {
    benchmark::RunSpecifiedBenchmarks();
  } catch (const std::exception& error) {
    std::cerr << error.what() << '\n';
    return 1;
  }
  return 0;
}
