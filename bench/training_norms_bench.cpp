// What a training step does beside its convolutions, at the sizes of ResNet-50 with 8 pictures of 224 x 224.
// The bytes are those of the tensors read and written, each counted once; "copy" is what the machine can do.
#include "mammo/backend/dispatch.hpp"
#include "mammo/core/random.hpp"
#include "mammo/core/threads.hpp"

#include <cstring>
#include <string>

#include <benchmark/benchmark.h>

namespace {

using mammo::Activation;
using mammo::Layout;
using mammo::Shape;
using mammo::Tensor;

struct Call {
  mammo::Operation operation;
  std::vector<Tensor> inputs;

  std::vector<Tensor> run() const { return mammo::dispatch(operation, inputs); }
};

Tensor picture(const Shape& shape, Layout layout) {
  mammo::Generator generator(1);
  return mammo::random_normal(shape, 0, 1, generator).to(layout);
}

Tensor channels(std::int64_t count) {
  return Tensor::full({count}, 1.0);
}

std::int64_t bytes_of(const std::vector<Tensor>& tensors) {
  std::int64_t bytes = 0;
  for (const Tensor& t : tensors) {
    if (t.defined()) bytes += t.numel() * static_cast<std::int64_t>(size_of(t.dtype()));
  }
  return bytes;
}

// `make` is called when the benchmark runs: all tensors at once would take gigabytes.
template <class Make>
void add(const std::string& name, const Make& make) {
  benchmark::RegisterBenchmark(name.c_str(),
                               [=](benchmark::State& state) {
                                 const mammo::ExecutionScope scope({.strict = true});
                                 const Call call = make();
                                 const std::int64_t bytes = bytes_of(call.inputs) + bytes_of(call.run());
                                 for (auto _ : state) benchmark::DoNotOptimize(call.run());
                                 state.SetBytesProcessed(state.iterations() * bytes);
                               })
      ->Unit(benchmark::kMillisecond)
      ->UseRealTime();
}

void add_batch_norm(const Shape& shape, Layout layout, bool residual) {
  const std::string setting = mammo::concat(shape, ' ', layout, residual ? " +residual" : "");
  add("batch norm, relu: " + setting, [=] {
    return Call{mammo::BatchNormTraining{.activation = Activation::relu},
                {picture(shape, layout), channels(shape[1]), channels(shape[1]),
                 residual ? picture(shape, layout) : Tensor()}};
  });
  add("batch norm, relu, gradient: " + setting, [=] {
    const Tensor c = channels(shape[1]);
    return Call{mammo::BatchNormGradient{.activation = Activation::relu, .residual = residual},
                {picture(shape, layout), picture(shape, layout), c, c, c, picture(shape, layout)}};
  });
}

void add_others(Layout layout) {
  const std::string setting = mammo::concat(layout);
  const mammo::Pool2d pool{.kernel = 3, .stride = 2, .padding = 1};
  add("max pool gradient: " + setting, [=] {
    return Call{mammo::Pool2dGradient{.pool = pool, .input = 112},
                {picture({8, 64, 112, 112}, layout), picture({8, 64, 56, 56}, layout)}};
  });
  add("global average gradient: " + setting, [=] {
    return Call{mammo::AdaptivePool2dGradient{.input = 7}, {Tensor(), picture({8, 2048, 1, 1}, layout)}};
  });
  for (const auto mode : {mammo::Interpolation::nearest, mammo::Interpolation::bilinear}) {
    const std::string kind = mode == mammo::Interpolation::nearest ? "nearest" : "bilinear";
    add(mammo::concat(kind, " x2 gradient: ", setting), [=] {
      return Call{mammo::Interpolate2dGradient{.mode = mode, .input = 28},
                  {picture({8, 256, 56, 56}, layout)}};
    });
  }
  add("group norm: " + setting, [=] {
    return Call{mammo::GroupNorm{.groups = 32},
                {picture({8, 256, 56, 56}, layout), channels(256), channels(256)}};
  });
}

void add_rows() {
  const Shape tokens{8, 196, 768};
  const Shape attention{8, 12, 196, 196};
  add("layer norm", [=] {
    return Call{mammo::LayerNorm{}, {picture(tokens, Layout::row_major), channels(768), channels(768)}};
  });
  add("layer norm gradient", [=] {
    const Tensor statistics = Tensor::full({8, 196}, 1.0);
    const Tensor x = picture(tokens, Layout::row_major);
    return Call{mammo::LayerNormGradient{}, {x, statistics, statistics, channels(768), x}};
  });
  add("softmax", [=] { return Call{mammo::Softmax{.dim = 3}, {picture(attention, Layout::row_major)}}; });
  add("softmax gradient", [=] {
    return Call{mammo::SoftmaxGradient{.dim = 3},
                {picture(attention, Layout::row_major), picture(attention, Layout::row_major)}};
  });
}

void copy(benchmark::State& state) {
  const std::int64_t count = state.range(0) / static_cast<std::int64_t>(sizeof(float));
  const Tensor from = Tensor::zeros({count});
  Tensor to = Tensor::zeros({count});
  for (auto _ : state) {
    const float* x = from.raw<float>();
    float* y = to.mutable_raw<float>();
    mammo::parallel_for(0, count, 1, [&](std::int64_t begin, std::int64_t end) {
      std::memcpy(y + begin, x + begin, static_cast<std::size_t>(end - begin) * sizeof(float));
    });
    benchmark::ClobberMemory();
  }
  state.SetBytesProcessed(state.iterations() * 2 * state.range(0));
}

} // namespace

int main(int argc, char** argv) {
  benchmark::RegisterBenchmark("copy", copy)
      ->Arg(8 * 2048 * 7 * 7 * 4)
      ->Arg(8 * 512 * 28 * 28 * 4)
      ->Arg(8 * 64 * 112 * 112 * 4)
      ->Unit(benchmark::kMillisecond)
      ->UseRealTime();
  const Layout layouts[] = {Layout::nChw16c, Layout::nChw8c, Layout::channels_last, Layout::row_major};
  for (const Layout layout : layouts) {
    add_batch_norm({8, 64, 112, 112}, layout, false);
    add_batch_norm({8, 256, 56, 56}, layout, true);
    add_batch_norm({8, 512, 28, 28}, layout, true);
    add_batch_norm({8, 2048, 7, 7}, layout, true);
  }
  for (const Layout layout : layouts) add_others(layout);
  add_rows();
  benchmark::Initialize(&argc, argv);
  if (benchmark::ReportUnrecognizedArguments(argc, argv)) return 2;
  benchmark::RunSpecifiedBenchmarks();
  return 0;
}
