#include "mammo/nn/formula.hpp"
#include "mammo/nn/linear.hpp"
#include "mammo/nn/optimizer.hpp"
#include "mammo/nn/safetensors.hpp"
#include "mammo/ops/autograd.hpp"
#include "tests/support/compare.hpp"
#include "tests/support/files.hpp"

#include <catch2/catch.hpp>

using namespace mammo;
using nn::Optimizer;

namespace {

class Pair : public nn::Module {
 public:
  Pair()
      : body_({.in_features = 4, .out_features = 3}),
        head_({.in_features = 3, .out_features = 2, .bias = false}) {
    add("body", body_);
    add("head", head_);
    load_by_formula(*this);
    set_trainable("*");
  }

 private:
  nn::Linear body_;
  nn::Linear head_;
};

void give_gradients(const nn::Module& module, int step) {
  for (const auto& entry : module.named_parameters()) {
    const Tensor gradient = nn::formula_tensor(concat(entry.name, ".gradient", step), entry.shape);
    set_grad(entry.tensor, gradient.to(entry.tensor.dtype()));
  }
}

std::vector<std::vector<double>> values(const nn::Module& module) {
  std::vector<std::vector<double>> result;
  for (const auto& [name, tensor] : module.state_dict()) result.push_back(test::as_doubles(tensor));
  return result;
}

const std::vector<std::pair<std::string, Optimizer::Method>> methods{
    {"sgd", nn::Sgd{.rate = 0.1}},
    {"momentum", nn::Sgd{.rate = 0.1, .momentum = 0.9, .weight_decay = 0.01}},
    {"nesterov", nn::Sgd{.rate = 0.1, .momentum = 0.8, .weight_decay = 0.01, .nesterov = true}},
    {"adam", nn::Adam{.rate = 0.05, .beta1 = 0.8, .beta2 = 0.99, .weight_decay = 0.1}},
    {"adamw", nn::Adam{.rate = 0.05, .weight_decay = 0.1, .decoupled = true}},
};

const std::vector<nn::ParameterGroup> groups{{.names = {"body.*"}, .rate = 0.5},
                                             {.names = {"*.bias"}, .weight_decay = 0}};

} // namespace

TEST_CASE("optimisers step as PyTorch's do, group by group and past parameters without a gradient") {
  const DType dtype = GENERATE(DType::f32, DType::f64);
  const nn::SafeTensors golden(test::golden("nn/optimizers.safetensors"));
  for (const auto& [name, method] : methods) {
    Pair pair;
    pair.to(dtype);
    Optimizer optimizer(method, groups);
    for (int step = 0; step < 4; ++step) {
      give_gradients(pair, step);
      if (step == 1) set_grad(pair.state_dict().at("head.weight"), {});
      optimizer.step(pair, 1.0 / (step + 1));
      for (const auto& [parameter, tensor] : pair.state_dict()) {
        const std::string key = concat(name, '.', step, '.', parameter);
        test::check_equal({{key, tensor, golden.tensor(key)}}, dtype == DType::f64 ? 1e-13 : 1e-6);
      }
    }
  }
}

TEST_CASE("a frozen parameter stays as it is, and learns again when it is let") {
  Pair pair;
  pair.set_trainable("body.*", false);
  Optimizer optimizer(nn::Sgd{.rate = 0.1});
  const auto before = values(pair);
  for (const auto& entry : pair.named_parameters()) {
    if (entry.trainable) set_grad(entry.tensor, Tensor::full(entry.shape, 1));
  }
  optimizer.step(pair);
  const auto after = values(pair); // body.bias, body.weight, head.weight
  CHECK(after[0] == before[0]);
  CHECK(after[1] == before[1]);
  CHECK(after[2] != before[2]);
  pair.set_trainable("body.*");
  give_gradients(pair, 0);
  optimizer.step(pair);
  CHECK(values(pair)[0] != before[0]);
}

TEST_CASE("a step changes weights in place, so that what was made of them is made again") {
  Pair pair;
  const Tensor weight = pair.state_dict().at("body.weight");
  const StorageStamp before = weight.stamp();
  give_gradients(pair, 0);
  Optimizer(nn::Adam{}).step(pair);
  CHECK(weight.stamp().id == before.id);
  CHECK(weight.stamp().version > before.version);
}

TEST_CASE("a momentum given for one step stands for the optimiser's own") {
  Pair a;
  Pair b;
  Optimizer given(nn::Sgd{.rate = 0.1, .momentum = 0.5});
  Optimizer own(nn::Sgd{.rate = 0.1, .momentum = 0.9});
  for (int step = 0; step < 3; ++step) {
    give_gradients(a, step);
    give_gradients(b, step);
    given.step(a, 1, 0.9);
    own.step(b);
  }
  CHECK(values(a) == values(b));
}

TEST_CASE("layer-wise rates fall from the output to the input") {
  const auto rates = nn::layer_wise_rates({{"stem.*"}, {"body.*"}, {"head.*"}}, 0.5);
  REQUIRE(rates.size() == 3);
  CHECK(rates[0].rate == 0.25);
  CHECK(rates[1].rate == 0.5);
  CHECK(rates[2].rate == 1);
  CHECK(rates[1].names == std::vector<std::string>{"body.*"});
  CHECK_THROWS_AS(nn::layer_wise_rates({{"a"}}, 0), ArgumentError);
}

TEST_CASE("an optimiser goes on from another's state with the same bits") {
  for (const auto& [name, method] : methods) {
    INFO(name);
    Pair whole;
    Pair parted;
    Optimizer one(method, groups);
    Optimizer first(method, groups);
    const auto run = [](nn::Module& module, Optimizer& optimizer, int from, int to) {
      for (int step = from; step < to; ++step) {
        give_gradients(module, step);
        optimizer.step(module);
      }
    };
    run(whole, one, 0, 5);
    run(parted, first, 0, 2);
    Optimizer second(method, groups);
    second.load_state_dict(first.state_dict());
    run(parted, second, 2, 5);
    CHECK(values(parted) == values(whole));
    CHECK(second.state_dict().at("steps.body.bias").item<std::int64_t>() == 5);
  }
}

TEST_CASE("an optimiser's state that is none is refused and changes nothing") {
  Pair pair;
  Optimizer optimizer(nn::Adam{});
  give_gradients(pair, 0);
  optimizer.step(pair);
  nn::StateDict wrong = optimizer.state_dict();
  wrong.erase("second_moment.body.bias");
  wrong["velocity.body.bias"] = Tensor::zeros({3});
  wrong["nonsense"] = Tensor::zeros({3});
  wrong["steps.body.weight"] = Tensor::zeros({});
  wrong["first_moment.head.weight"] = Tensor();
  try {
    optimizer.load_state_dict(wrong);
    FAIL("took a state that is none");
  } catch (const nn::StateDictError& error) {
    CHECK(error.missing() == std::vector<std::string>{"second_moment.body.bias"});
    CHECK(error.unexpected() == std::vector<std::string>{"nonsense", "velocity.body.bias"});
    CHECK(error.misfits() == std::vector<std::string>{"first_moment.head.weight", "steps.body.weight"});
  }
  CHECK(optimizer.state_dict().size() == 9);

  nn::StateDict other_shape = optimizer.state_dict();
  other_shape["first_moment.body.bias"] = Tensor::zeros({7});
  optimizer.load_state_dict(other_shape);
  CHECK_THROWS_AS(optimizer.step(pair), ShapeError);
}

TEST_CASE("settings that cannot be are refused") {
  CHECK_THROWS_AS(Optimizer(nn::Sgd{.rate = -1}), ArgumentError);
  CHECK_THROWS_AS(Optimizer(nn::Sgd{.rate = NAN}), ArgumentError);
  CHECK_THROWS_AS(Optimizer(nn::Sgd{.momentum = 1}), ArgumentError);
  CHECK_THROWS_AS(Optimizer(nn::Sgd{.nesterov = true}), ArgumentError);
  CHECK_THROWS_AS(Optimizer(nn::Adam{.beta2 = 1.5}), ArgumentError);
  CHECK_THROWS_AS(Optimizer(nn::Adam{.eps = 0}), ArgumentError);
  CHECK_THROWS_AS(Optimizer(nn::Adam{}, {{.names = {"*"}, .rate = -1}}), ArgumentError);
}

TEST_CASE("a group that names no parameter is refused before anything changes") {
  Pair pair;
  give_gradients(pair, 0);
  const auto before = values(pair);
  Optimizer optimizer(nn::Sgd{.rate = 1}, {{.names = {"bodies.*"}, .rate = 0.1}});
  CHECK_THROWS_AS(optimizer.step(pair), ArgumentError);
  CHECK(values(pair) == before);
}
