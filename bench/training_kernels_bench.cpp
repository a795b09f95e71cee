// The smaller operations of training: bytes that have to be read and written, over time. `copy` is what the
// machine's memory gives.
#include "mammo/backend/dispatch.hpp"
#include "mammo/core/random.hpp"
#include "mammo/core/threads.hpp"

#include <cstring>
#include <string>
#include <vector>

#include <benchmark/benchmark.h>

namespace {

using mammo::Layout;
using mammo::Operation;
using mammo::Tensor;

std::int64_t bytes_of(const std::vector<Tensor>& tensors) {
  std::int64_t bytes = 0;
  for (const Tensor& t : tensors) bytes += static_cast<std::int64_t>(t.storage()->bytes());
  return bytes;
}

// Into the same outputs each time: pages that are new to the process are not what is measured.
void add(const std::string& name, const Operation& operation, const std::vector<Tensor>& inputs,
         std::vector<Tensor> outputs = {}) {
  benchmark::RegisterBenchmark(name.c_str(),
                               [=](benchmark::State& state) mutable {
                                 const mammo::ExecutionScope scope({.backend = "cpu", .strict = true});
                                 if (outputs.empty()) outputs = mammo::dispatch(operation, inputs);
                                 for (auto _ : state) mammo::dispatch_into(operation, inputs, outputs);
                                 state.SetBytesProcessed(state.iterations() *
                                                         (bytes_of(inputs) + bytes_of(outputs)));
                               })
      ->Unit(benchmark::kMicrosecond)
      ->UseRealTime();
}

void add_copy(const Tensor& from) {
  benchmark::RegisterBenchmark(
      "copy",
      [=](benchmark::State& state) {
        Tensor to = Tensor::empty(from.shape());
        const float* x = from.raw<float>();
        float* y = to.mutable_raw<float>();
        for (auto _ : state) {
          mammo::parallel_for(0, from.numel(), 1, [&](std::int64_t i, std::int64_t end) {
            std::memcpy(y + i, x + i, static_cast<std::size_t>(end - i) * sizeof(float));
          });
        }
        state.SetBytesProcessed(state.iterations() * (bytes_of({from}) + bytes_of({to})));
      })
      ->Unit(benchmark::kMicrosecond)
      ->UseRealTime();
}

void add_functions(const Tensor& x, const Tensor& g) {
  const std::pair<const char*, mammo::UnaryKind> kinds[] = {
      {"relu", mammo::UnaryKind::relu}, {"sigmoid", mammo::UnaryKind::sigmoid},
      {"log", mammo::UnaryKind::log},   {"tanh", mammo::UnaryKind::tanh},
      {"gelu", mammo::UnaryKind::gelu}, {"silu", mammo::UnaryKind::silu}};
  for (const auto& [name, kind] : kinds) {
    add(name, mammo::Unary{kind}, {x});
    add(std::string(name) + " gradient", mammo::UnaryGradient{kind}, {x, g});
  }
}

void add_losses(mammo::Generator& generator) {
  const mammo::Shape anchors{2, 50400, 9};
  const Tensor x = mammo::random_normal(anchors, -2, 3, generator);
  const Tensor t = mammo::random_uniform(anchors, 0, 1, generator);
  const Tensor g = Tensor::full(anchors, 1);
  for (const auto& [name, kind] :
       {std::pair("smooth L1", mammo::LossKind::smooth_l1), std::pair("bce", mammo::LossKind::bce),
        std::pair("focal", mammo::LossKind::focal)}) {
    const mammo::PointwiseLoss loss{.kind = kind};
    add(name, loss, {x, t});
    add(std::string(name) + " gradient", mammo::PointwiseLossGradient{loss}, {x, t, g});
  }
}

void add_steps(mammo::Generator& generator) {
  const mammo::Shape weights{11'000'000}; // ResNet-18
  const auto random = [&] { return mammo::random_uniform(weights, 0, 1, generator); };
  const Tensor p = random();
  const Tensor g = random();
  const Tensor first = random();
  const Tensor second = random();
  const auto settings = [](std::initializer_list<double> values) {
    return Tensor::from(values, {static_cast<std::int64_t>(values.size())});
  };
  add("SGD", mammo::SgdStep{}, {p, g, first, settings({0.01, 0.9, 1e-4})}, {p, first});
  add("AdamW", mammo::AdamStep{.decoupled = true},
      {p, g, first, second, settings({1e-3, 0.9, 0.999, 1e-8, 0.01, 10})}, {p, first, second});
  add("average", mammo::AverageStep{}, {p, g, settings({0.999})}, {p});
}

} // namespace

int main(int argc, char** argv) {
  mammo::Generator generator(3);
  const mammo::Shape picture{4, 64, 200, 112}; // the first stage of a ResNet on four pictures
  const Tensor x = mammo::random_uniform(picture, 0.1, 2, generator);
  const Tensor blocked = x.to(Layout::nChw16c);
  const Tensor g = mammo::random_normal(picture, 0, 1, generator).to(Layout::nChw16c);
  const Tensor channels = mammo::random_normal({64, 1, 1}, 0, 1, generator);

  add_copy(x);
  add_functions(blocked, g);
  add("maximum's gradient", mammo::ExtremeGradient{}, {blocked, g, g});
  add("dropout", mammo::Dropout{}, {x, Tensor::from({std::int64_t{1}, std::int64_t{0}}, {2})});
  for (const Layout layout : {Layout::row_major, Layout::channels_last, Layout::nChw16c}) {
    const std::string suffix = mammo::concat(", ", layout);
    const Tensor y = x.to(layout);
    add("add" + suffix, mammo::Binary{}, {y, y});
    add("add channels" + suffix, mammo::Binary{}, {y, channels});
    add("sum of channels" + suffix, mammo::Reduce{.dims = {0, 2, 3}}, {y});
    add("mean of planes" + suffix, mammo::Reduce{.kind = mammo::ReduceKind::mean, .dims = {2, 3}}, {y});
  }
  add_losses(generator);
  add_steps(generator);
  benchmark::Initialize(&argc, argv);
  if (benchmark::ReportUnrecognizedArguments(argc, argv)) return 2;
  benchmark::RunSpecifiedBenchmarks();
  return 0;
}
