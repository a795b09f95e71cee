#include "mammo/core/file.hpp"
#include "mammo/nn/safetensors.hpp"
#include "tests/app/run_program.hpp"
#include "tests/support/files.hpp"

#include <filesystem>
#include <fstream>
#include <string>
#include <vector>

#include <catch2/catch.hpp>
#include <nlohmann/json.hpp>

namespace fs = std::filesystem;
using namespace mammo::test;
using Catch::Contains;

namespace {

fs::path shipped() {
  return source_dir() / "models" / "detector";
}

Ended models(std::vector<std::string> arguments) {
  arguments.insert(arguments.begin(), "models");
  return mammo_program(arguments);
}

// A small network with weights of zeros.
void write_model(const fs::path& folder) {
  fs::create_directories(folder);
  std::ofstream(folder / "config.json")
      << R"({"architecture": "resnet", "network": {"depth": 18, "width_factor": 0.015625, "num_classes": 0}})";
  mammo::nn::StateDict tensors;
  mammo::nn::write_safetensors(folder / "weights.safetensors", tensors);
}

} // namespace

TEST_CASE("mammo models list names every configuration and what has weights") {
  const Ended ended = models({"list"});
  CHECK(ended.status == 0);
  CHECK_THAT(ended.out, Contains("\nresnet50 "));
  CHECK_THAT(ended.out, Contains("\nmass_detector "));
  CHECK_THAT(ended.out, Contains("25.6 M")); // torchvision's ResNet-50: 25,557,032
  CHECK_THAT(ended.out, Contains("\ndetector "));
}

TEST_CASE("mammo models info says what a network costs and which weights it has") {
  const Ended ended = models({"info", "detector", "--size", "128", "96", "--steps"});
  CHECK(ended.err.empty());
  CHECK(ended.status == 0);
  for (const char* said : {"architecture    retinanet\n", "configuration   mass_detector\n",
                           "parameters      7811702 (7.8 M)\n", "input           image f32 [1, 1, 128, 96]\n",
                           "of weights.safetensors\n", "conv2d of head.classification_head.cls_logits"}) {
    CHECK_THAT(ended.out, Contains(said));
  }
  // The stem: 64 x 48 pixels of 64 channels, 7 x 7 products each, counted as two: 19.268 million.
  CHECK_THAT(ended.out, Contains("[1, 64, 64, 48]") && Contains("0.019 G"));
}

TEST_CASE("mammo models state lists the entries of a network that has no weights yet") {
  const TemporaryFolder folder;
  const fs::path config = folder / "config.json";
  std::ofstream(config) << R"({"architecture": "resnet", "network": {"depth": 18, "num_classes": 7}})";
  for (const fs::path& named : {config, folder.path()}) {
    const Ended ended = models({"state", named.string()});
    CHECK(ended.status == 0);
    const auto entries = nlohmann::json::parse(ended.out);
    CHECK(entries.size() == 102); // 122 of torchvision's, less 20 batch counters
    CHECK(entries["fc.weight"] == std::vector<int>{7, 512});
  }
  CHECK(nlohmann::json::parse(models({"state", "resnet18"}).out)["fc.weight"] == std::vector<int>{1000, 512});
  std::ofstream(config) << "{";
  CHECK_THAT(models({"state", config.string()}).err, Contains("config.json: is not JSON"));
}

TEST_CASE("mammo models verify passes what is shipped") {
  const Ended ended = models({"verify"});
  CHECK(ended.err.empty());
  CHECK(ended.status == 0);
  CHECK_THAT(ended.out, Contains("detector: weights fit, hashes as recorded"));
}

TEST_CASE("mammo models verify names what is wrong with a folder") {
  const TemporaryFolder folder;
  const fs::path copy = folder / "copy";
  fs::copy(shipped(), copy);
  const std::string name = copy.string();
  CHECK(models({"verify", name}).status == 0);

  std::string config = mammo::read_text(copy / "config.json");
  const std::size_t at = config.find("\"mass-detector\"");
  REQUIRE(at != std::string::npos);
  std::ofstream(copy / "config.json") << config.replace(at, 15, "\"other-detector\"");
  Ended ended = models({"verify", name});
  CHECK(ended.status == 2);
  CHECK_THAT(ended.err, Contains("config.json: SHA-256 ") && Contains("but SHA256SUMS has "));

  std::ofstream(copy / "SHA256SUMS") << "abc  config.json\n";
  CHECK_THAT(models({"verify", name}).err,
             Contains("SHA256SUMS: line \"abc  config.json\", expected a SHA-256"));

  const fs::path other = folder / "other";
  write_model(other);
  ended = models({"verify", other.string(), shipped().string()});
  CHECK(ended.status == 1);
  CHECK_THAT(ended.err, Contains("weights.safetensors: ") && Contains("missing: conv1.weight"));
  CHECK_THAT(ended.out, Contains("detector: weights fit"));

  CHECK_THAT(models({"verify", (folder / "none").string()}).err, Contains("No such file"));
}

TEST_CASE("mammo models export writes a network, and an example beside it") {
  const TemporaryFolder folder;
  const std::string file = (folder / "net.onnx").string();
  const std::string example = (folder / "net.safetensors").string();
  const Ended ended = models(
      {"export", "detector", "--out", file, "--example", example, "--size", "64", "96", "--batch", "2"});
  CHECK(ended.err.empty());
  CHECK(ended.status == 0);
  const std::string bytes = mammo::read_text(file);
  for (const char* said : {"Conv", "cls_logits", "head.classification_head.cls_logits.weight",
                           "mammo.weights_sha256", "\"architecture\": \"retinanet\""}) {
    CHECK(bytes.find(said) != std::string::npos);
  }
  const mammo::nn::SafeTensors tensors(example);
  CHECK(tensors.tensor("input.image").shape() == mammo::Shape{2, 1, 64, 96});
  CHECK(tensors.tensor("output.bbox_regression").size(0) == 2);

  CHECK_THAT(models({"export", "resnet18", "--out", file, "--size", "32", "32"}).out,
             Contains("its weights are by formula"));
}

TEST_CASE("mammo models says what it does not know, with exit code 2") {
  const TemporaryFolder folder;
  const std::string file = (folder / "net.onnx").string();
  const auto refused = [](const std::vector<std::string>& arguments, const std::string& why) {
    const Ended ended = models(arguments);
    CHECK(ended.status == 2);
    CHECK_THAT(ended.err, Contains(why));
    CHECK(lines(ended.err).size() == 1);
  };
  refused({}, "subcommand");
  refused({"info"}, "NAME");
  refused({"info", "resnet51"}, "no network is called \"resnet51\", expected one of resnet18, ");
  refused({"info", "detector", "--size", "0", "5"}, "--size");
  refused({"export", "resnet18"}, "--out");
  refused({"export", "resnet18", "--size", "32", "32", "--out", (folder / "none" / "x.onnx").string()},
          "No such file");
  CHECK_FALSE(fs::exists(file));
}
