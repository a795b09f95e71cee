#include "mammo/backend/dispatch.hpp"
#include "mammo/core/file.hpp"
#include "mammo/ops/arrange.hpp"
#include "mammo/ops/attention.hpp"
#include "mammo/ops/autograd.hpp"
#include "mammo/ops/convolution.hpp"
#include "mammo/ops/dropout.hpp"
#include "mammo/ops/elementwise.hpp"
#include "mammo/ops/evaluate.hpp"
#include "mammo/ops/losses.hpp"
#include "mammo/ops/normalization.hpp"
#include "mammo/ops/random.hpp"
#include "mammo/ops/reduction.hpp"
#include "mammo/ops/views.hpp"
#include "tests/ops/comparison.hpp"
#include "tests/ops/numeric_gradient.hpp"
#include "tests/ops/op_case.hpp"
#include "tests/support/files.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <map>
#include <set>

#include <catch2/catch.hpp>
#include <nlohmann/json.hpp>

using namespace mammo;
using test::OpCase;

namespace {

bool has_nan(const Tensor& t) {
  if (!t.defined() || t.dtype() != DType::f64) return false;
  return std::ranges::any_of(t.data<double>(), [](double value) { return std::isnan(value); });
}

// The inputs of a case whose gradients can be checked.
std::vector<std::size_t> checkable(const OpCase& c) {
  std::vector<std::size_t> places;
  if (!has_gradient(c.operation) || !c.is_smooth || std::ranges::any_of(c.inputs, has_nan)) return places;
  for (std::size_t i = 0; i < c.inputs.size(); ++i) {
    const Tensor& input = c.inputs[i];
    if (input.defined() && is_floating(input.dtype()) && has_gradient(c.operation, i)) places.push_back(i);
  }
  return places;
}

test::Function function_of(const OpCase& c) {
  return [&c](const std::vector<Tensor>& inputs) { return evaluate(c.operation, inputs).front(); };
}

// Functions of ops that are made of several operations.
const std::map<std::string, test::Function>& composites() {
  using T = const std::vector<Tensor>&;
  static const std::map<std::string, test::Function> all{
      {"attention", [](T t) { return attention(t[0], t[1], t[2]); }},
      {"bce_loss, smoothed", [](T t) { return bce_loss(t[0], detach(t[1]), {.label_smoothing = 0.25}); }},
      {"checkpoint", [](T t) { return checkpoint([](auto in) { return multiply(tanh(in[0]), in[1]); }, t); }},
      {"conv_transpose2d, output padding",
       [](T t) {
         return conv_transpose2d(t[0], t[1], t[2], {.stride = 2, .padding = 1, .output_padding = 1});
       }},
      {"cross_entropy_loss of pictures",
       [](T t) {
         const Shape pixels{t[0].size(0), t[0].size(2), t[0].size(3)};
         return cross_entropy_loss(t[0], Tensor::full(pixels, 1, {.dtype = DType::i64}));
       }},
      {"dice_loss",
       [](T t) { return dice_loss(sigmoid(t[0]), detach(t[1]), {.reduction = Reduction::none}); }},
      {"drop_path",
       [](T t) {
         seed_training(3);
         return drop_path(t[0], 0.5);
       }},
      {"expand", [](T t) { return expand(t[0], {3, t[0].size(0), 4}); }},
      {"flatten", [](T t) { return flatten(t[0], 1); }},
      {"giou_loss", [](T t) { return giou_loss(t[0], detach(t[1]), Reduction::none); }},
      {"instance_norm", [](T t) { return instance_norm(t[0], t[1], t[2]); }},
      {"iou_loss", [](T t) { return iou_loss(sigmoid(t[0]), detach(t[1])); }},
      {"iou_sobel_loss", [](T t) { return iou_sobel_loss(sigmoid(t[0]), detach(t[1])); }},
      {"permute to channels last", [](T t) { return permute(t[0], {0, 2, 3, 1}); }},
      {"permute from channels last", [](T t) { return permute(t[0], {0, 3, 1, 2}); }},
      {"permute", [](T t) { return permute(t[0], {2, 0, 1}); }},
      {"select", [](T t) { return select(t[0], 1, -1); }},
      {"slice", [](T t) { return slice(t[0], 1, 1, -1, 2); }},
      {"transpose", [](T t) { return transpose(t[0], 0, -1); }},
      {"unsqueeze and squeeze", [](T t) { return squeeze(unsqueeze(t[0], 1), 1); }},
  };
  return all;
}

struct CompositeCase {
  std::string name;
  std::vector<Tensor> inputs; // f64
  std::vector<std::size_t> places;
};

// tests/ops/composites.json: by function, lists of inputs as in the cases; `"constant": true` takes no
// gradient.
std::vector<CompositeCase> composite_cases() {
  std::vector<CompositeCase> cases;
  const auto file = nlohmann::json::parse(read_text(test::source_dir() / "tests/ops/composites.json"));
  for (const auto& [name, list] : file.items()) {
    for (const auto& described : list) {
      CompositeCase made{.name = name, .inputs = {}, .places = {}};
      for (std::size_t i = 0; i < described.size(); ++i) {
        made.inputs.push_back(test::input_by_formula(described[i].dump(), static_cast<std::uint32_t>(i + 1)));
        if (!described[i].value("constant", false)) made.places.push_back(i);
      }
      cases.push_back(std::move(made));
    }
  }
  return cases;
}

} // namespace

TEST_CASE("the gradients of all operations are those of central differences, in f64 on reference") {
  test::ErrorTable table;
  std::set<std::string> checked;
  for (const OpCase& c : test::op_cases()) {
    const auto places = checkable(c);
    if (places.empty()) continue;
    INFO(c.title());
    const double error = test::gradient_error(function_of(c), c.inputs, places);
    CHECK(error <= 1e-6);
    table.add(c.file, "reference f64", "numeric", error);
    checked.insert(c.file);
  }
  for (const OpCase& c : test::op_cases()) {
    INFO(c.file << " has a gradient, but no case that it is checked on");
    CHECK(checked.contains(c.file) == has_gradient(c.operation));
  }
}

TEST_CASE("the gradients of functions made of several operations are those of central differences") {
  test::ErrorTable table;
  std::set<std::string> checked;
  for (const CompositeCase& c : composite_cases()) {
    INFO(c.name);
    const double error = test::gradient_error(composites().at(c.name), c.inputs, c.places);
    CHECK(error <= 1e-6);
    table.add(c.name, "reference f64", "numeric", error);
    checked.insert(c.name);
  }
  CHECK(checked.size() == composites().size());
}

TEST_CASE("gradients in f32 on the fast backends equal reference's in f64") {
  test::ErrorTable table;
  for (const OpCase& c : test::op_cases()) {
    const auto places = checkable(c);
    if (places.empty()) continue;
    INFO(c.title());
    std::vector<Tensor> expected;
    {
      const ExecutionScope scope({.backend = "reference"});
      expected = test::gradients_of(function_of(c), c.inputs, places);
    }
    const auto found = test::gradients_of(function_of(c), c.inputs_as(DType::f32), places);
    for (std::size_t i = 0; i < places.size(); ++i) {
      // The weights of the sum are of order 1: a gradient far below that is lost in f32's rounding.
      const double error = test::largest_error(found[i], expected[i], 0.1);
      CHECK(error <= 1e-4);
      table.add(c.file, "auto", "backward", error);
    }
  }
}

TEST_CASE("backward adds to the gradients that are there") {
  for (const OpCase& c : test::op_cases()) {
    const auto places = checkable(c);
    if (places.empty()) continue;
    INFO(c.title());
    std::vector<Tensor> leaves = c.inputs_as(DType::f32);
    for (const std::size_t i : places) {
      set_requires_grad(leaves[i]);
      set_grad(leaves[i], Tensor::full(leaves[i].shape(), 100));
    }
    const auto alone = test::gradients_of(function_of(c), c.inputs_as(DType::f32), places);
    const Tensor y = function_of(c)(leaves);
    backward(y, {.gradient = Tensor::full(y.shape(), 1), .keep_graph = true});
    std::vector<Tensor> once;
    for (const std::size_t i : places) once.push_back(grad(leaves[i]).clone());
    backward(y, {.gradient = Tensor::full(y.shape(), 1)});
    for (std::size_t k = 0; k < places.size(); ++k) {
      // 100 + 2 g, where one run had made it 100 + g.
      const Tensor twice = grad(leaves[places[k]]);
      const Tensor hundred = Tensor::full({}, 100);
      const Tensor expected = add(multiply(subtract(once[k], hundred), Tensor::full({}, 2)), hundred);
      CHECK(test::largest_error(twice, expected) <= 1e-5);
    }
  }
}

TEST_CASE("indices record no gradient") {
  Tensor x = Tensor::from({1.0F, 3.0F, 2.0F, 0.5F}, {4});
  set_requires_grad(x);
  CHECK_FALSE(requires_grad(argmax(x, 0)));
  const TopKResult top = top_k(x, 2);
  CHECK(requires_grad(top.values));
  CHECK_FALSE(requires_grad(top.indices));
  Tensor boxes = Tensor::from({0.0F, 0.0F, 2.0F, 2.0F}, {1, 4});
  set_requires_grad(boxes);
  for (const Tensor& output : evaluate(Nms{}, std::array{boxes, Tensor::from({1.0F}, {1})})) {
    CHECK_FALSE(requires_grad(output));
  }
}

TEST_CASE("a constant of an operation that requires gradients is refused") {
  Tensor target = Tensor::zeros({2});
  set_requires_grad(target);
  CHECK_THROWS_AS(mse_loss(Tensor::zeros({2}), target), TypeError);
}
