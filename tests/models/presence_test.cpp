#include "mammo/core/error.hpp"
#include "mammo/models/presence.hpp"
#include "mammo/nn/formula.hpp"

#include <array>
#include <cmath>
#include <string>

#include <catch2/catch.hpp>

using namespace mammo;
using namespace mammo::models;

namespace {

PresenceConfig small() {
  PresenceConfig config;
  config.name = "small";
  config.input.context = 2;
  config.input.size = 32;
  config.network = {.depth = 18, .width_factor = 0.125, .input_channels = 1, .num_classes = 5};
  return config;
}

// Makes only the last layer's biases count: the same five outputs for any window.
void say_always(ResNet& network, const std::array<float, 5>& outputs) {
  nn::load_by_formula(network);
  nn::StateDict weights = network.state_dict();
  weights["fc.weight"] = Tensor::zeros(weights.at("fc.weight").shape());
  weights["fc.bias"] = Tensor::from<float>(outputs, {5});
  network.load_state_dict(weights);
  network.eval();
}

} // namespace

TEST_CASE("a presence configuration is read back from its JSON") {
  PresenceConfig config = small();
  config.fusion = {
      .least_score = 0.1, .detector = 0.5, .presence = 1.5, .bias = -2, .box = 0.25, .nms_threshold = 0.4};
  CHECK(parse_presence_config(to_json(config), "config.json") == config);
}

TEST_CASE("a presence configuration that makes no sense is refused with its key") {
  const auto message = [](const std::string& json) {
    try {
      parse_presence_config(json, "config.json");
    } catch (const FileError& error) {
      return std::string(error.what());
    }
    return std::string("no error");
  };
  CHECK_THAT(message(R"({"architecture": "retinanet"})"), Catch::Contains("expected resnet"));
  CHECK_THAT(message(R"({"network": {"num_classes": 1}})"), Catch::Contains("num_classes is 1"));
  CHECK_THAT(message(R"({"input": {"size": 8}})"), Catch::Contains("input.size is 8"));
  CHECK_THAT(message(R"({"fusion": {"box": 2}})"), Catch::Contains("fusion.box is 2"));
  CHECK_THAT(message(R"({"fusion": {"weight": 2}})"), Catch::Contains("unknown key fusion.weight"));
}

TEST_CASE("a second look's box counts from the square that the mark's longer side makes") {
  const PresenceConfig config = small();
  const Tensor window = Tensor::zeros({1, 1, 32, 32});
  // The square is 16 pixels wide, from 8 to 24. Moved to the right by a quarter, half as wide.
  ResNet network(config.network);
  say_always(network, {3, 0.25F, 0, static_cast<float>(std::log(0.5)), 0});
  const SecondLook look = look_again(network, config.input, window).at(0);
  CHECK(look.logit == Approx(3));
  CHECK(look.box.x == Approx(16));
  CHECK(look.box.y == Approx(8));
  CHECK(look.box.width == Approx(8));
  CHECK(look.box.height == Approx(16));
}

TEST_CASE("scores are fused by their logits and boxes by their edges") {
  const PresenceFusion fusion{.detector = 2, .presence = 0.5, .bias = -1, .box = 0.25};
  const auto logit = [](double p) { return std::log(p / (1 - p)); };
  CHECK(logit(fused_score(0.7, 3, fusion)) == Approx(2 * logit(0.7) + 0.5 * 3 - 1));
  CHECK(fused_score(1, 0, fusion) <= 1); // a score of 1 has no logit
  const Box box = fused_box({0, 0, 10, 20}, {4, 8, 14, 20}, fusion);
  CHECK(box == Box{1, 2, 11, 20});
}
