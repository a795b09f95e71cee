#include "mammo/backend/dispatch.hpp"
#include "mammo/core/isa.hpp"

#include <array>
#include <map>
#include <string>
#include <vector>

#include <benchmark/benchmark.h>

// The convolutions of two networks in training, group by group: the result, its gradient by the input and by
// the weight, with all pictures in blocks of channels or channels last. Weights are row_major and packed anew
// each time, as after an optimiser's step. bench/rivals/torch_training_convolutions.py times the same in
// PyTorch.

namespace mammo {
namespace {

struct Convolution {
  Shape x;
  Shape weight;
  std::int64_t stride = 1;
  int times = 1; // in the group
};

using Groups = std::map<std::string, std::vector<Convolution>>;

struct ResNet50 {
  std::string name;
  std::int64_t batch;
  std::int64_t input_channels;
  Size2d input;
  std::int64_t first_width;
  bool stride_on_1x1;
};

// The first convolution has no gradient by its input: it is the picture.
bool is_first(const std::string& group) {
  return group.ends_with("stem");
}

void add(Groups& groups, const std::string& group, const Shape& x, std::int64_t features, std::int64_t kernel,
         std::int64_t stride = 1, int times = 1) {
  groups[group].push_back({x, {features, x[1], kernel, kernel}, stride, times});
}

Groups resnet50(const ResNet50& net) {
  Groups groups;
  const std::int64_t n = net.batch;
  add(groups, net.name + "/stem", {n, net.input_channels, net.input.height, net.input.width}, 64, 7, 2);
  Shape x{n, 64, net.input.height / 4, net.input.width / 4};
  std::int64_t width = net.first_width;
  const std::array blocks{3, 4, 6, 3};
  for (std::size_t stage = 0; stage < blocks.size(); ++stage, width *= 2) {
    const std::string group = concat(net.name, "/stage", stage + 1);
    const std::int64_t stride = stage == 0 ? 1 : 2;
    const Shape small{n, width, x[2] / stride, x[3] / stride};
    const Shape inner = net.stride_on_1x1 ? small : Shape{n, width, x[2], x[3]};
    const Shape y{n, 4 * width, small[2], small[3]};
    add(groups, group, x, 4 * width, 1, stride);
    add(groups, group, x, width, 1, net.stride_on_1x1 ? stride : 1);
    add(groups, group, inner, width, 3, net.stride_on_1x1 ? 1 : stride);
    add(groups, group, small, 4 * width, 1, 1, blocks[stage]);
    add(groups, group, y, width, 1, 1, blocks[stage] - 1);
    add(groups, group, small, width, 3, 1, blocks[stage] - 1);
    x = y;
  }
  return groups;
}

// Half as wide, with a pyramid of four levels and two heads of four convolutions on each.
Groups retinanet(std::int64_t n) {
  Groups groups = resnet50({"retinanet", n, 1, {800, 448}, 32, true});
  const std::array<Size2d, 4> levels{Size2d(100, 56), Size2d(50, 28), Size2d(25, 14), Size2d(13, 7)};
  std::int64_t channels = 256;
  for (std::size_t level = 0; level < levels.size(); ++level, channels *= 2) {
    const auto [height, width] = levels[level];
    const Shape features{n, 128, height, width};
    if (level < 3) {
      add(groups, "retinanet/pyramid", {n, channels, height, width}, 128, 1);
      add(groups, "retinanet/pyramid", features, 128, 3);
    }
    add(groups, "retinanet/heads", features, 128, 3, 1, 8);
    add(groups, "retinanet/heads", features, 18, 3);
    add(groups, "retinanet/heads", features, 36, 3);
  }
  return groups;
}

// A convolution with its tensors, `g` the gradient of its result.
struct Work {
  Conv2d conv;
  int times;
  Tensor x;
  Tensor weight;
  Tensor g;

  Work(const Convolution& c, Layout layout) : times(c.times) {
    conv = {.stride = c.stride, .padding = c.weight[2] / 2, .keep_packed = false};
    x = Tensor::full(c.x, 1);
    weight = Tensor::full(c.weight, 1);
    const TensorSpec none{.shape = {}, .defined = false};
    const auto y = infer_outputs(conv, {{.shape = c.x}, {.shape = c.weight}, none, none});
    g = Tensor::full(y[0].shape, 1, {.layout = layout});
    if (c.x[1] >= block_size(layout)) x = x.to(layout);
  }

  void forward() const {
    benchmark::DoNotOptimize(dispatch_one(conv, std::array{x, weight, Tensor(), Tensor()}));
  }

  void by_input() const {
    const ConvTranspose2d op{.output = {x.size(2), x.size(3)},
                             .stride = conv.stride,
                             .padding = conv.padding,
                             .keep_packed = false};
    benchmark::DoNotOptimize(dispatch_one(op, std::array{g, weight, Tensor()}));
  }

  void by_weight() const {
    const ConvWeightGradient op{
        .kernel = {weight.size(2), weight.size(3)}, .stride = conv.stride, .padding = conv.padding};
    benchmark::DoNotOptimize(dispatch_one(op, std::array{x, g}));
  }
};

void run(benchmark::State& state, const std::vector<Convolution>& convolutions, Layout layout,
         void (Work::*step)() const) {
  const ExecutionScope scope({.strict = true});
  std::vector<Work> works;
  for (const Convolution& c : convolutions) works.emplace_back(c, layout);
  for (const Work& work : works) (work.*step)();
  for (auto _ : state) {
    for (const Work& work : works) {
      for (int i = 0; i < work.times; ++i) (work.*step)();
    }
  }
}

void register_benchmarks(const Groups& groups) {
  const Layout blocks = isa() == Isa::avx512 ? Layout::nChw16c : Layout::nChw8c;
  const std::pair<const char*, void (Work::*)() const> steps[] = {
      {"forward", &Work::forward}, {"by input", &Work::by_input}, {"by weight", &Work::by_weight}};
  for (const auto& [group, convolutions] : groups) {
    for (const auto& [name, step] : steps) {
      if (is_first(group) && step == &Work::by_input) continue;
      for (const Layout layout : {blocks, Layout::channels_last}) {
        const std::string title = concat(group, '/', name, layout == blocks ? "/blocks" : "/channels last");
        benchmark::RegisterBenchmark(title.c_str(),
                                     [=](benchmark::State& state) { run(state, convolutions, layout, step); })
            ->Unit(benchmark::kMillisecond)
            ->UseRealTime();
      }
    }
  }
}

void register_all() {
  register_benchmarks(resnet50({"resnet50", 8, 3, {224, 224}, 64, false}));
  register_benchmarks(retinanet(4));
}

} // namespace
} // namespace mammo

int main(int argc, char** argv) {
  mammo::register_all();
  benchmark::Initialize(&argc, argv);
  if (benchmark::ReportUnrecognizedArguments(argc, argv)) return 2;
  benchmark::RunSpecifiedBenchmarks();
  return 0;
}
