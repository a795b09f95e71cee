// Lesson 18, a benchmark against ONNX Runtime: the same network on the same number of threads, in turns, and
// its outputs compared before any time is. Where ONNX Runtime is not installed, it says so.
//     example_18_onnx_runtime FOLDER [NETWORK [PYTHON]]    NETWORK: of one input, from `mammo models list`
#include "examples/onnx_runtime.hpp"
#include "mammo/core/threads.hpp"
#include "mammo/models/zoo.hpp"
#include "mammo/nn/formula.hpp"
#include "mammo/nn/onnx.hpp"
#include "mammo/ops/autograd.hpp"

#include <algorithm>
#include <chrono>
#include <cmath>
#include <iostream>

using namespace mammo;

double median(std::vector<double> values) {
  std::ranges::sort(values);
  return values.at(values.size() / 2);
}

int main(int argc, char** argv) {
  if (argc < 2) return 2;
  const std::string file = std::string(argv[1]) + "/network";
  const std::string python = argc > 3 ? argv[3] : "python3";
  models::Network network = models::make_network(argc > 2 ? argv[2] : "resnet50");
  nn::load_by_formula(*network.module); // how fast a network is does not depend on what it has learned
  const std::vector<nn::NamedTensor> example = models::example_inputs(network);
  const std::vector<Tensor> x{example.at(0).tensor};

  // The trace is what the network does, as a list: the ONNX file is made from it, and the work counted.
  const nn::Trace trace = nn::trace(*network.module, network.forward, example);
  nn::export_onnx(trace, file + ".onnx");
  const double gflop = static_cast<double>(nn::cost(trace).flops) / 1e9;
  std::cout << network.name << ": " << trace.steps.size() << " steps, " << gflop << " GFLOP\n";

  const NoGrad off;
  const Tensor output = network.forward(x).at(0).tensor.plain(); // the first run prepares plans and weights
  std::vector<double> ours;
  std::vector<double> theirs;
  for (int turn = 0; turn < 3; ++turn) { // in turns, so that a busy moment of the machine meets both
    for (int run = 0; run < 7; ++run) {
      const auto start = std::chrono::steady_clock::now();
      network.forward(x);
      const std::chrono::duration<double, std::milli> taken(std::chrono::steady_clock::now() - start);
      ours.push_back(taken.count());
    }
    const auto other = run_in_onnx_runtime(python, file, x[0], thread_count(), 7);
    if (!other) break;
    theirs.insert(theirs.end(), other->milliseconds.begin(), other->milliseconds.end());
    if (turn > 0) continue;

    float largest = 0;
    float difference = 0;
    for (std::size_t i = 0; i < other->output.size(); ++i) {
      const float expected = output.data<float>()[i];
      largest = std::max(largest, std::abs(expected));
      difference = std::max(difference, std::abs(expected - other->output[i]));
    }
    std::cout << "ONNX Runtime " << other->version << "'s output differs by " << difference / largest
              << " of the largest number\n";
  }

  std::cout << "mammo, " << thread_count() << " threads: " << median(ours) << " ms, "
            << gflop / median(ours) * 1e3 << " GFLOP/s\n";
  if (theirs.empty()) {
    std::cout << "no ONNX Runtime: " << python << " cannot import it (pip install onnxruntime numpy)\n";
  } else {
    std::cout << "ONNX Runtime: " << median(theirs) << " ms, " << median(theirs) / median(ours)
              << " times as long\n";
  }
}
