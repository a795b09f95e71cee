#include "mammo/core/error.hpp"
#include "mammo/models/pathology.hpp"
#include "mammo/nn/formula.hpp"

#include <cmath>
#include <string>

#include <catch2/catch.hpp>

using namespace mammo;
using namespace mammo::models;

namespace {

PathologyEnsembleConfig small() {
  return {.branch = {.depth = 18, .width_factor = 0.125, .input_channels = 1, .num_classes = 0},
          .dense_features = {8}};
}

} // namespace

TEST_CASE("a pathology configuration is read back from its JSON") {
  PathologyConfig config;
  config.name = "small";
  config.network = small();
  config.input.context = 1.5;
  config.input.brightness.target = 200;
  config.mirrored = false;
  config.calibration = {.slope = 1.25, .intercept = -0.5, .prevalence = 0.48, .reference = "masses"};
  CHECK(parse_pathology_config(to_json(config), "config.json") == config);
}

TEST_CASE("a pathology configuration that makes no sense is refused with its key") {
  const auto message = [](const std::string& json) {
    try {
      parse_pathology_config(json, "config.json");
    } catch (const FileError& error) {
      return std::string(error.what());
    }
    return std::string("no error");
  };
  CHECK_THAT(message(R"({"architecture": "retinanet"})"), Catch::Contains("expected pathology_ensemble"));
  CHECK_THAT(message(R"({"input": {"side": 3}})"), Catch::Contains("unknown key input.side"));
  CHECK_THAT(message(R"({"network": {"branch": {"num_classes": 0}}})"), Catch::Contains("input_channels"));
  CHECK_THAT(message(R"({"network": {"branch": {"num_classes": 0, "input_channels": 1}},
                         "calibration": {"prevalence": 1}})"),
             Catch::Contains("prevalence is 1"));
}

TEST_CASE("a score follows its calibration, and its odds the prevalence") {
  const ScoreCalibration calibration{.slope = 2, .intercept = 1, .prevalence = 0.5};
  CHECK(calibration.score(-0.5) == Approx(0.5));
  CHECK(calibration.score(1) == Approx(1 / (1 + std::exp(-3.0))));
  // Odds of 1 at a prevalence of one half are 1/99 at one hundredth.
  CHECK(calibration.score(-0.5, 0.01) == Approx(0.01));
  CHECK(calibration.score(0.7, 0.5) == Approx(calibration.score(0.7)));
  CHECK_THROWS_AS(calibration.score(0, 1.0), ArgumentError);
}

TEST_CASE("with mirror images a logit is the same for a picture and its mirror images") {
  PathologyEnsemble network(small());
  nn::load_by_formula(network);
  network.eval();
  const Tensor image = nn::formula_tensor("image", {2, 1, 32, 32});
  const Tensor mask = Tensor::full({2, 1, 32, 32}, 0.5);
  Tensor turned = Tensor::empty({2, 1, 32, 32});
  const auto from = image.data<float>();
  const auto to = turned.mutable_data<float>();
  for (std::size_t i = 0; i < from.size(); ++i) { // upside down
    const std::size_t row = i / 32 % 32;
    to[i + 32 * (31 - row) - 32 * row] = from[i];
  }
  const auto logits = malignancy_logits(network, image, mask, true);
  const auto of_turned = malignancy_logits(network, turned, mask, true);
  REQUIRE(logits.size() == 2);
  CHECK(logits[0] != logits[1]);
  for (std::size_t i = 0; i < 2; ++i) CHECK(of_turned[i] == Approx(logits[i]).epsilon(1e-4));
  CHECK(malignancy_logits(network, turned, mask, false)[0] !=
        Approx(malignancy_logits(network, image, mask, false)[0]).epsilon(1e-6));
}
