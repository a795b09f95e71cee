#include "mammo/core/file.hpp"
#include "mammo/models/detector.hpp"
#include "mammo/models/zoo.hpp"
#include "mammo/nn/formula.hpp"
#include "mammo/nn/safetensors.hpp"
#include "tests/support/compare.hpp"
#include "tests/support/files.hpp"

#include <cmath>
#include <fstream>
#include <set>
#include <string>
#include <vector>

#include <catch2/catch.hpp>

using namespace mammo;
using models::Network;

namespace {

std::string refusal(const std::string& json) {
  try {
    models::parse_network(json, "some/config.json");
  } catch (const FileError& error) {
    CHECK(error.path() == "some/config.json");
    return error.reason();
  }
  return "accepted";
}

} // namespace

TEST_CASE("every named configuration of the zoo survives being written and read") {
  std::set<std::string> seen;
  for (const std::string& architecture : models::architecture_names()) {
    for (const std::string& name : models::configuration_names(architecture)) {
      INFO(name);
      CHECK(seen.insert(name).second);
      const Network network = models::make_network(name);
      CHECK(network.architecture == architecture);
      CHECK(network.name == name);
      const Network again = models::parse_network(network.config, name);
      CHECK(again.name == name);
      CHECK(again.config == network.config);
      CHECK(again.module->parameter_count() == network.module->parameter_count());
      CHECK_FALSE(network.inputs.empty());
    }
  }
  const auto all = models::configuration_names();
  CHECK(seen == std::set<std::string>(all.begin(), all.end()));
}

TEST_CASE("a network of the zoo gives what its own class gives") {
  const auto folder = test::source_dir() / "models/detector";
  const Network network = models::load_network(folder);
  CHECK(network.architecture == "retinanet");
  CHECK(network.name == "mass_detector");
  REQUIRE(network.inputs.size() == 1);
  CHECK(network.inputs[0].shape == Shape{1, 1, 800, 448});

  const Tensor x = nn::formula_tensor("detector_small.input", {1, 1, 128, 96});
  const auto outputs = network.forward(std::vector{x});
  const auto expected = models::load_detector(folder).network->forward(x);
  REQUIRE(outputs.size() == 2);
  CHECK(outputs[0].name == "cls_logits");
  CHECK(test::as_doubles(outputs[0].tensor) == test::as_doubles(expected.cls_logits));
  CHECK(outputs[1].name == "bbox_regression");
  CHECK(test::as_doubles(outputs[1].tensor) == test::as_doubles(expected.bbox_regression));
  CHECK_THROWS_AS(network.forward(std::vector{x, x}), ArgumentError);
}

TEST_CASE("a network that is moved still runs") {
  std::vector<Network> networks;
  networks.push_back(models::parse_network(
      R"({"architecture": "resnet", "network": {"depth": 18, "width_factor": 0.25, "num_classes": 0}})", ""));
  networks.push_back(models::make_network("resnet18"));
  load_by_formula(*networks[0].module);
  const auto outputs = networks[0].forward(std::vector{nn::formula_tensor("x", {1, 3, 32, 32})});
  REQUIRE(outputs.size() == 4);
  CHECK(outputs[3].name == "layer4");
  CHECK(outputs[3].tensor.shape() == Shape{1, 128, 1, 1});
}

TEST_CASE("a network that the zoo cannot build says why") {
  CHECK_THROWS_WITH(models::make_network("resnet51"),
                    Catch::Contains("no network is called \"resnet51\", expected one of resnet18, "));
  CHECK_THROWS_WITH(models::configuration_names("lenet"),
                    Catch::Contains("architecture is \"lenet\", expected one of resnet, "));
  CHECK_THAT(refusal("["), Catch::Contains("is not JSON"));
  CHECK(refusal("[]") == "the configuration is array, expected an object");
  CHECK(refusal(R"({"architecture": 3})") == "architecture is 3, expected a text");
  CHECK_THAT(refusal(R"({"architecture": "lenet"})"), Catch::Contains("expected one of resnet, "));
  CHECK(refusal(R"({"architecture": "resnet", "network": {"deep": 50}})") == "unknown key network.deep");
  CHECK_THAT(refusal(R"({"architecture": "resnet", "network": {"depth": 51}})"),
             Catch::Contains("ResNet depth 51"));
}

TEST_CASE("a folder whose weights do not fit its network names every entry") {
  const test::TemporaryFolder folder;
  std::ofstream(folder / "config.json")
      << R"({"architecture": "resnet", "network": {"depth": 18, "width_factor": 0.25}})";
  CHECK_THROWS_WITH(models::load_network(folder.path()), Catch::Contains("No such file"));
  const Network network = models::parse_network(read_text(folder / "config.json"), "");
  load_by_formula(*network.module);
  auto weights = network.module->state_dict();
  nn::write_safetensors(folder / "weights.safetensors", weights);
  CHECK(models::load_network(folder.path()).module->parameter_count() == network.module->parameter_count());

  weights.erase("fc.bias");
  weights["fc.weight"] = Tensor::zeros({1000, 127});
  weights["fc.extra"] = Tensor::zeros({1});
  nn::write_safetensors(folder / "weights.safetensors", weights);
  try {
    models::load_network(folder.path());
    FAIL("loaded");
  } catch (const FileError& error) {
    CHECK(error.path() == (folder / "weights.safetensors").string());
    for (const char* said : {"fc.bias", "fc.extra", "fc.weight is [1000, 127], expected [1000, 128]"}) {
      CHECK_THAT(error.reason(), Catch::Contains(said));
    }
  }
}

// torchvision's documentation gives multiply-adds of these networks in 10^9, with two decimals: "GFLOPS".
TEST_CASE("networks take the operations that torchvision counts") {
  const auto [name, billions] =
      GENERATE(table<std::string, double>({{"resnet18", 1.81}, {"resnet50", 4.09}}));
  const Network network = models::make_network(name);
  load_by_formula(*network.module);
  const auto trace = nn::trace(*network.module, network.forward, example_inputs(network));
  CHECK(std::abs(static_cast<double>(cost(trace).flops) / 2e9 - billions) <= 0.005);
  // Convolutions with their folded norms, and the classifier: no norm's statistics.
  const auto weights = static_cast<double>(cost(trace).weight_bytes) / 4;
  CHECK(weights < static_cast<double>(network.module->parameter_count()));
  CHECK(weights > 0.99 * static_cast<double>(network.module->parameter_count()));
}
