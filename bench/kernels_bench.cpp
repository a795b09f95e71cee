// The detector's smaller operations at the sizes of its finest level, on each backend that has them.
#include "mammo/backend/dispatch.hpp"
#include "mammo/core/random.hpp"
#include "mammo/ops/boxes.hpp"
#include "mammo/ops/elementwise.hpp"
#include "mammo/ops/interpolation.hpp"
#include "mammo/ops/reduction.hpp"

#include <functional>
#include <string>

#include <benchmark/benchmark.h>

namespace {

using mammo::Tensor;

constexpr std::int64_t anchors = 100 * 56 * 9;

Tensor random_boxes(std::int64_t count) {
  mammo::Generator generator(1);
  Tensor boxes = mammo::random_uniform({count, 4}, 10, 200, generator);
  const auto corners = boxes.mutable_data<float>();
  for (std::size_t i = 0; i < corners.size(); i += 4) {
    corners[i + 2] += corners[i];
    corners[i + 3] += corners[i + 1];
  }
  return boxes;
}

void add(const std::string& name, std::initializer_list<const char*> backends,
         const std::function<void()>& work) {
  for (const std::string backend : backends) {
    benchmark::RegisterBenchmark((name + "/" + backend).c_str(),
                                 [=](benchmark::State& state) {
                                   const mammo::ExecutionScope scope({.backend = backend, .strict = true});
                                   work();
                                   for (auto _ : state) work();
                                 })
        ->Unit(benchmark::kMicrosecond)
        ->UseRealTime();
  }
}

} // namespace

int main(int argc, char** argv) {
  mammo::Generator generator(2);
  const Tensor logits = mammo::random_normal({anchors, 2}, -4, 2, generator);
  const Tensor scores = mammo::random_uniform({anchors}, 0, 1, generator);
  const Tensor coarse = mammo::random_normal({1, 128, 50, 28}, 0, 1, generator).to(mammo::Layout::nChw8c);
  const Tensor fine = mammo::random_normal({1, 128, 100, 56}, 0, 1, generator).to(mammo::Layout::nChw8c);
  const Tensor boxes = random_boxes(4000);
  const Tensor box_scores = mammo::random_uniform({4000}, 0, 1, generator);
  const Tensor deltas = mammo::random_normal({4000, 4}, 0, 1, generator);

  add("sigmoid", {"cpu", "onednn"}, [=] { benchmark::DoNotOptimize(mammo::sigmoid(logits)); });
  add("nearest x2", {"cpu", "onednn"},
      [=] { benchmark::DoNotOptimize(mammo::interpolate_nearest(coarse, {100, 56})); });
  add("add", {"cpu", "onednn"}, [=] { benchmark::DoNotOptimize(mammo::add(fine, fine)); });
  add("top 1000", {"cpu", "reference"}, [=] { benchmark::DoNotOptimize(mammo::top_k(scores, 1000)); });
  add("box decode", {"cpu", "reference"},
      [=] { benchmark::DoNotOptimize(mammo::box_decode(deltas, boxes)); });
  add("nms, 30 of 4000", {"cpu", "reference"}, [=] {
    benchmark::DoNotOptimize(mammo::nms(boxes, box_scores, {.iou_threshold = 0.3, .max_output = 30}));
  });
  benchmark::Initialize(&argc, argv);
  if (benchmark::ReportUnrecognizedArguments(argc, argv)) return 2;
  benchmark::RunSpecifiedBenchmarks();
  return 0;
}
