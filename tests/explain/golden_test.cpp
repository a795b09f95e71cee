// tests/goldens/record_explain.py: what captum computes.
#include "mammo/backend/dispatch.hpp"
#include "mammo/explain/grad_cam.hpp"
#include "mammo/explain/input_gradient.hpp"
#include "mammo/explain/integrated_gradients.hpp"
#include "mammo/explain/occlusion.hpp"
#include "mammo/models/resnet.hpp"
#include "mammo/nn/formula.hpp"
#include "mammo/nn/safetensors.hpp"
#include "mammo/ops/convolution.hpp"
#include "mammo/ops/pooling.hpp"
#include "mammo/ops/views.hpp"
#include "tests/support/compare.hpp"
#include "tests/support/files.hpp"

#include <catch2/catch.hpp>

using namespace mammo;

namespace {

constexpr std::int64_t target = 7;

// A network of the dtype, its input, and what is asked of both.
struct Recorded {
  models::ResNet net{{.depth = 18, .width_factor = 0.25, .num_classes = 10}};
  Tensor x;
  nn::SafeTensors golden{test::golden("explain/resnet.safetensors")};

  explicit Recorded(DType dtype) {
    load_by_formula(net);
    net.to(dtype);
    x = nn::formula_tensor("explain.input", {1, 3, 48, 40}).to(dtype);
  }

  explain::Score score() {
    return [this](const Tensor& input) { return select(net.forward(input), 1, target); };
  }
  // At what a stage gives, from 0; the layers behind it lead from there to the score.
  explain::ScoreFromFeatures score_at(std::size_t stage) {
    return [this, stage](const Tensor& input) {
      const auto stages = net.features(input);
      const auto weights = net.state_dict();
      const Tensor pooled = flatten(adaptive_average_pool2d(stages[3], 1));
      const Tensor logits = linear(pooled, weights.at("fc.weight"), weights.at("fc.bias"));
      return explain::FeaturesAndScore{stages[stage], select(logits, 1, target)};
    };
  }
};

void check_all(Recorded& r) {
  const auto check = [&](const std::string& name, const Tensor& map) {
    test::check_equal({{name, map, r.golden.tensor(name)}});
  };
  check("input_gradient", explain::input_gradient(r.score(), r.x));
  check("integrated_gradients",
        explain::integrated_gradients(r.score(), r.x, {.baseline = Tensor::full({1}, 0.5), .steps = 20}));
  check("occlusion",
        explain::occlusion(r.score(), r.x, {.window = {12, 10}, .stride = {6, 5}, .value = 0.25}));
  for (const std::size_t stage : {2, 3}) {
    const std::string layer = concat(".layer", stage + 1);
    check("grad_cam" + layer, explain::grad_cam(r.score_at(stage), r.x));
    check("elementwise" + layer, explain::grad_cam(r.score_at(stage), r.x, {.elementwise = true}));
  }
}

} // namespace

TEST_CASE("maps of a ResNet are those of captum") {
  Recorded recorded(DType::f32);
  check_all(recorded);
}

TEST_CASE("maps of a ResNet in f64, on the reference backend, are those of captum", "[slow]") {
  const ExecutionScope scope({.backend = "reference"});
  Recorded recorded(DType::f64);
  check_all(recorded);
}
