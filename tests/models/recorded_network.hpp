#pragma once

#include "mammo/nn/formula.hpp"
#include "mammo/nn/gradients.hpp"
#include "mammo/ops/elementwise.hpp"
#include "mammo/ops/reduction.hpp"
#include "models/json_fields.hpp"
#include "tests/models/recorded_gradients.hpp"
#include "tests/models/sampled.hpp"
#include "tests/support/files.hpp"

#include <string>
#include <type_traits>
#include <utility>

#include <catch2/catch.hpp>

namespace mammo::test {

template <class Net>
using ConfigOf = std::remove_cvref_t<decltype(std::declval<const Net&>().config())>;

// A network by formula against what tests/goldens/record_segmenters.py or record_classifiers.py recorded:
// logits, which `forward(net)` gives, and, where they were recorded, every parameter's gradient. In training
// they are compared in f64 alone: a norm over the batch takes out the scale of the weights before it, so that
// some of their gradients are what is left of sums that cancel.
template <class Net, class Forward>
void check_network(const nn::SafeTensors& golden, const std::string& name, const ConfigOf<Net>& config,
                   DType dtype, const Forward& forward) {
  INFO(name);
  Net net(config);
  CHECK(net.parameter_count() == golden.tensor(name + ".parameters").template item<std::int64_t>());
  net.to(dtype);
  load_by_formula(net);
  check_sampled(golden, {{name + ".logits", forward(net)}});
  if (!golden.contains(name + ".gradients")) return;

  net.set_trainable("*");
  const auto go_backward = [&] {
    const Tensor y = forward(net);
    nn::clear_gradients(net);
    backward(sum(multiply(y, nn::formula_tensor(name + ".weight", y.shape()).to(dtype))));
  };
  go_backward();
  check_gradients(golden.tensor(name + ".gradients"), net);
  if (dtype != DType::f64 || !golden.contains(name + ".training_gradients")) return;
  net.train();
  go_backward();
  check_gradients(golden.tensor(name + ".training_gradients"), net);
}

// No field of `config` may have its default, or its absence from the JSON would not be noticed.
template <class Config>
void check_written_and_read(const Config& config) {
  Config read;
  models::JsonReader::read(models::Json::parse(models::JsonWriter::write(config).dump()), "network", read);
  CHECK(read == config);
}

} // namespace mammo::test
