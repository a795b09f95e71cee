#include "bench/detector_graph.hpp"

#include "mammo/core/random.hpp"
#include "mammo/ops/convolution.hpp"
#include "mammo/ops/elementwise.hpp"
#include "mammo/ops/interpolation.hpp"
#include "mammo/ops/pooling.hpp"

#include <array>
#include <cmath>
#include <cstddef>

namespace mammo::bench {
namespace {

struct Convolution {
  std::int64_t out;
  std::int64_t kernel = 1;
  std::int64_t stride = 1;
  bool relu = false;
};

// The network, told once for everybody who walks through it: a visitor gives `conv`, `max_pool`, `upsample`
// (to the size of another value) and `add` on values of its own type.
template <class Visitor, class Value>
Value walk_stem(Visitor& net, const Value& x) {
  return net.max_pool(net.conv(x, {.out = 64, .kernel = 7, .stride = 2, .relu = true}, nullptr), 3, 2);
}

template <class Visitor, class Value>
std::vector<Value> walk_body(Visitor& net, Value x) {
  constexpr std::array<int, 4> blocks{3, 4, 6, 3};
  std::vector<Value> stages;
  std::int64_t width = 32;
  for (std::size_t stage = 0; stage < blocks.size(); ++stage, width *= 2) {
    for (int block = 0; block < blocks[stage]; ++block) {
      const std::int64_t stride = block == 0 && stage > 0 ? 2 : 1;
      const Value shortcut = block == 0 ? net.conv(x, {.out = 4 * width, .stride = stride}, nullptr) : x;
      Value y = net.conv(x, {.out = width, .stride = stride, .relu = true}, nullptr);
      y = net.conv(y, {.out = width, .kernel = 3, .relu = true}, nullptr);
      x = net.conv(y, {.out = 4 * width, .relu = true}, &shortcut);
    }
    stages.push_back(x);
  }
  std::vector<Value> levels(3, x);
  Value inner = net.conv(stages[3], {.out = 128}, nullptr);
  levels[2] = net.conv(inner, {.out = 128, .kernel = 3}, nullptr);
  for (std::size_t level = 2; level-- > 0;) {
    const Value lateral = net.conv(stages[level + 1], {.out = 128}, nullptr);
    inner = net.add(lateral, net.upsample(inner, lateral));
    levels[level] = net.conv(inner, {.out = 128, .kernel = 3}, nullptr);
  }
  levels.push_back(net.max_pool(levels[2], 1, 2));

  std::vector<Value> outputs;
  constexpr std::int64_t anchors = 9;
  for (const std::int64_t values : {2, 4}) {
    net.begin_head();
    for (const Value& level : levels) {
      net.next_level();
      Value y = level;
      for (int i = 0; i < 4; ++i) y = net.conv(y, {.out = 128, .kernel = 3, .relu = true}, nullptr);
      outputs.push_back(net.conv(y, {.out = anchors * values, .kernel = 3}, nullptr));
    }
  }
  return outputs;
}

// Heads run the same weights on every level.
struct HeadPosition {
  std::size_t next = 0;
  std::size_t head = 0;

  void begin_head() { head = next; }
  void next_level() { next = head; }
};

std::int64_t strided(std::int64_t size, std::int64_t kernel, std::int64_t stride) {
  return (size + 2 * (kernel / 2) - kernel) / stride + 1;
}

struct Lister : HeadPosition {
  std::vector<ConvolutionCall> calls;
  std::vector<Shape> weights;

  Shape conv(const Shape& x, const Convolution& c, const Shape* residual) {
    calls.push_back({.x = x,
                     .weight = {c.out, x[1], c.kernel, c.kernel},
                     .stride = c.stride,
                     .padding = c.kernel / 2,
                     .relu = c.relu,
                     .residual = residual != nullptr});
    if (next++ == weights.size()) weights.push_back(calls.back().weight);
    return {x[0], c.out, strided(x[2], c.kernel, c.stride), strided(x[3], c.kernel, c.stride)};
  }
  Shape max_pool(const Shape& x, std::int64_t kernel, std::int64_t stride) const {
    return {x[0], x[1], strided(x[2], kernel, stride), strided(x[3], kernel, stride)};
  }
  Shape upsample(const Shape& x, const Shape& like) const { return {x[0], x[1], like[2], like[3]}; }
  Shape add(const Shape& a, const Shape&) const { return a; }
};

struct Runner : HeadPosition {
  const std::vector<Tensor>& weights;
  const std::vector<Tensor>& biases;

  Runner(const std::vector<Tensor>& w, const std::vector<Tensor>& b) : weights(w), biases(b) {}

  Tensor conv(const Tensor& x, const Convolution& c, const Tensor* residual) {
    const std::size_t i = next++;
    return conv2d(x, weights[i], biases[i],
                  {.stride = c.stride,
                   .padding = c.kernel / 2,
                   .activation = c.relu ? Activation::relu : Activation::none},
                  residual != nullptr ? *residual : Tensor());
  }
  Tensor max_pool(const Tensor& x, std::int64_t kernel, std::int64_t stride) const {
    return max_pool2d(x, {.kernel = kernel, .stride = stride, .padding = kernel / 2});
  }
  Tensor upsample(const Tensor& x, const Tensor& like) const {
    return interpolate_nearest(x, {like.size(2), like.size(3)});
  }
  Tensor add(const Tensor& a, const Tensor& b) const { return mammo::add(a, b); }
};

} // namespace

double ConvolutionCall::flops() const {
  const std::int64_t height = (x[2] + 2 * padding - weight[2]) / stride + 1;
  const std::int64_t width = (x[3] + 2 * padding - weight[3]) / stride + 1;
  return 2.0 * static_cast<double>(numel(weight)) * static_cast<double>(x[0] * height * width);
}

DetectorGraph::DetectorGraph() {
  Lister lister;
  walk_body(lister, walk_stem(lister, Shape{1, 1, 64, 64}));
  Generator generator(1);
  for (const Shape& shape : lister.weights) {
    const double inputs = static_cast<double>(numel(shape) / shape[0]);
    weights_.push_back(random_normal(shape, 0, std::sqrt(1 / inputs), generator));
    biases_.push_back(random_normal({shape[0]}, 0, 0.1, generator));
  }
}

Tensor DetectorGraph::stem(const Tensor& x) const {
  Runner runner(weights_, biases_);
  return walk_stem(runner, x);
}

std::vector<Tensor> DetectorGraph::body(const Tensor& x) const {
  Runner runner(weights_, biases_);
  runner.next = 1;
  return walk_body(runner, x);
}

std::vector<ConvolutionCall> DetectorGraph::convolutions(std::int64_t height, std::int64_t width) {
  Lister lister;
  walk_body(lister, walk_stem(lister, Shape{1, 1, height, width}));
  return lister.calls;
}

} // namespace mammo::bench
