#include "mammo/app/process_memory.hpp"
#include "mammo/backend/dispatch.hpp"
#include "mammo/core/threads.hpp"
#include "mammo/models/detector.hpp"
#include "mammo/models/resnet.hpp"
#include "mammo/nn/formula.hpp"
#include "mammo/nn/gradients.hpp"
#include "mammo/nn/optimizer.hpp"
#include "mammo/ops/autograd.hpp"
#include "mammo/ops/elementwise.hpp"
#include "mammo/ops/losses.hpp"

#include <chrono>
#include <functional>
#include <iostream>
#include <memory>
#include <string>
#include <vector>

// Our side of the comparison with other runtimes (`make bench`): runs one workload on request, so that two
// runtimes can take turns. bench/rivals/torch_contender.py is the same on PyTorch; weights, inputs and
// targets are by formula in both.
//
//   bench_contender WORKLOAD THREADS f32|bf16    then, line by line on standard input,
//   run N      answers with the milliseconds of each of N runs
//   memory     with the bytes by which the peak of resident memory is above what was resident before the
//   workload quit
//
// Its first line is `ready LOAD_MS VALUES...`: from nothing loaded to the end of the first run, and what that
// gave.

namespace mammo {
namespace {

using Clock = std::chrono::steady_clock;

double milliseconds_since(Clock::time_point start) {
  return std::chrono::duration<double, std::milli>(Clock::now() - start).count();
}

// What one run gives, to be compared: a few numbers.
using Workload = std::function<std::vector<double>()>;

Tensor grey_levels(const Shape& shape) {
  Tensor x = nn::formula_tensor("bench.input", shape);
  for (float& value : x.mutable_data<float>()) value *= 100;
  return x;
}

// 32 elements at even distances.
std::vector<double> sampled(const Tensor& t) {
  const Tensor plain = t.plain();
  const auto data = plain.data<float>();
  std::vector<double> values;
  for (std::size_t i = 0; i < 32; ++i) values.push_back(double{data[i * (data.size() / 32)]});
  return values;
}

Workload infer_detector() {
  auto detector = std::make_shared<models::Detector>(models::load_detector("models/detector"));
  return [detector, x = grey_levels({1, 1, 800, 448})] {
    return sampled(detector->network->forward(x).cls_logits);
  };
}

Workload infer_resnet50() {
  auto net = std::make_shared<models::ResNet>(models::ResNetConfig{.depth = 50});
  load_by_formula(*net);
  return [net, x = nn::formula_tensor("bench.input", {1, 3, 224, 224})] { return sampled(net->forward(x)); };
}

const nn::Sgd descent{.rate = 1e-3, .momentum = 0.9, .weight_decay = 1e-4};

// Forward, backward and a step of SGD; gives the loss.
template <class Net, class Loss>
Workload training(const std::shared_ptr<Net>& net, const Loss& loss_of) {
  auto optimizer = std::make_shared<nn::Optimizer>(descent);
  return [net, optimizer, loss_now = Loss(loss_of)]() mutable {
    nn::clear_gradients(*net);
    const Tensor loss = loss_now(*net);
    backward(loss);
    optimizer->step(*net);
    return std::vector<double>{double{loss.item<float>()}};
  };
}

Workload train_resnet50() {
  auto net = std::make_shared<models::ResNet>(models::ResNetConfig{.depth = 50});
  load_by_formula(*net);
  net->train();
  net->set_trainable("*");
  std::vector<std::int64_t> targets;
  for (std::int64_t i = 0; i < 8; ++i) targets.push_back(i * 100);
  return training(net, [x = nn::formula_tensor("bench.input", {8, 3, 224, 224}),
                        target = Tensor::from(targets, {8})](const models::ResNet& resnet) {
    return cross_entropy_loss(resnet.forward(x), target);
  });
}

// The detector's network with its stem and first stage frozen. Targets: one anchor in 500 is a mass, whose
// offsets are by formula.
Workload train_retinanet() {
  const auto config = models::load_detector("models/detector").config.network;
  auto net = std::make_shared<models::RetinaNet>(config);
  load_by_formula(*net);
  net->train();
  net->set_trainable("*");
  for (const char* frozen : {"backbone.body.conv1.*", "backbone.body.bn1.*", "backbone.body.layer1.*"}) {
    net->set_trainable(frozen, false);
  }
  for (const char* norms : {"*.bn*", "*.downsample.1.*"}) net->set_trainable(norms, false);
  Tensor x = nn::formula_tensor("bench.input", {4, 1, 800, 448});
  Tensor classes;
  Tensor offsets;
  return training(net, [=](const models::RetinaNet& detector) mutable {
    const auto output = detector.forward(x);
    if (!classes.defined()) {
      classes = Tensor::zeros(output.cls_logits.shape());
      const auto targets = classes.mutable_data<float>();
      for (std::size_t i = 1; i < targets.size(); i += 1000) targets[i] = 1;
      offsets = nn::formula_tensor("bench.offsets", output.bbox_regression.shape());
    }
    const Tensor scale = Tensor::full({}, 1e-3);
    const Tensor boxes =
        smooth_l1_loss(output.bbox_regression, offsets, {.beta = 0.1, .reduction = Reduction::sum});
    return multiply(add(focal_loss(output.cls_logits, classes), boxes), scale);
  });
}

Workload make(const std::string& name) {
  if (name == "infer-detector") return infer_detector();
  if (name == "infer-resnet50") return infer_resnet50();
  if (name == "train-resnet50") return train_resnet50();
  if (name == "train-retinanet") return train_retinanet();
  throw ArgumentError("workload " + name);
}

int serve(const std::string& name) {
  const std::size_t before = app::peak_process_bytes();
  const auto start = Clock::now();
  const Workload workload = make(name);
  const auto values = workload();
  std::cout << "ready " << milliseconds_since(start);
  std::cout.precision(9);
  for (const double value : values) std::cout << ' ' << value;
  std::cout << std::endl;
  std::string command;
  while (std::cin >> command && command != "quit") {
    int runs = 0;
    if (command == "run" && std::cin >> runs) {
      for (int i = 0; i < runs; ++i) {
        const auto began = Clock::now();
        workload();
        std::cout << milliseconds_since(began) << (i + 1 < runs ? ' ' : '\n');
      }
      std::cout.flush();
    } else if (command == "memory") {
      std::cout << app::peak_process_bytes() - before << std::endl;
    }
  }
  return 0;
}

} // namespace
} // namespace mammo

int main(int argc, char** argv) {
  const std::string precision = argc == 4 ? argv[3] : "";
  if (precision != "f32" && precision != "bf16") {
    std::cerr << "usage: bench_contender WORKLOAD THREADS f32|bf16\n";
    return 2;
  }
  try {
    mammo::set_thread_budget(std::stoi(argv[2]));
    if (precision == "bf16") mammo::set_execution_options({.precision = mammo::Precision::bf16});
    return mammo::serve(argv[1]);
  } catch (const std::exception& error) {
    std::cerr << "bench_contender: " << error.what() << '\n';
    return 2;
  }
}
