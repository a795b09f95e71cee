#include "mammo/backend/dispatch.hpp"
#include "mammo/models/detector.hpp"
#include "mammo/models/flip_augmentation.hpp"
#include "mammo/nn/formula.hpp"
#include "mammo/nn/safetensors.hpp"
#include "tests/support/compare.hpp"
#include "tests/support/files.hpp"

#include <cmath>
#include <fstream>
#include <memory>

#include <catch2/catch.hpp>

using namespace mammo;
using models::Detection;
using models::Detector;
using models::load_detector;

namespace {

const Detector& shipped() {
  static const Detector detector = load_detector(test::source_dir() / "models" / "detector");
  return detector;
}

// The first weights that this network had, of which outputs and boxes on a film were recorded.
const models::RetinaNet& recorded() {
  static const auto network = [] {
    auto net = std::make_unique<models::RetinaNet>(shipped().config.network);
    net->load_state_dict(nn::SafeTensors(test::shared("weights/detector/weights.safetensors")).tensors());
    return net;
  }();
  return *network;
}

Tensor scaled(const Tensor& tensor, float factor, float offset) {
  Tensor result = tensor.clone();
  for (float& value : result.mutable_data<float>()) value = value * factor + offset;
  return result;
}

// Recorded inputs are grey values / 255; the network takes grey values less the mean.
models::RetinaNetOutput run_recorded(const nn::SafeTensors& golden, const std::string& input) {
  const auto mean = static_cast<float>(shipped().config.input.mean);
  return recorded().forward(scaled(golden.tensor(input), 255, -mean), {.keep_features = true});
}

void check_small() {
  const nn::SafeTensors golden(test::golden("models/detector_small.safetensors"));
  const Tensor x = scaled(nn::formula_tensor("detector_small.input", {1, 1, 128, 96}), 100, 0);
  const auto output = shipped().network->forward(x, {.keep_features = true});
  test::check_equal({{"cls_logits", output.cls_logits, golden.tensor("cls_logits")},
                     {"bbox_regression", output.bbox_regression, golden.tensor("bbox_regression")},
                     {"P4", output.features[1], golden.tensor("feature.1")},
                     {"P5", output.features[2], golden.tensor("feature.2")},
                     {"pool", output.features[3], golden.tensor("feature.3")}});
}

void check_recorded() {
  const nn::SafeTensors golden(test::shared("weights/detector/golden.safetensors"));
  const auto output = run_recorded(golden, "small.input");
  test::check_equal({{"cls_logits", output.cls_logits, golden.tensor("small.cls_logits")},
                     {"bbox_regression", output.bbox_regression, golden.tensor("small.bbox_regression")},
                     {"P3", output.features[0], golden.tensor("small.fpn.0")},
                     {"P4", output.features[1], golden.tensor("small.fpn.1")},
                     {"P5", output.features[2], golden.tensor("small.fpn.2")},
                     {"pool", output.features[3], golden.tensor("small.fpn.pool")}});
}

} // namespace

TEST_CASE("the shipped detector gives its recorded raw outputs") {
  const std::string backend = GENERATE(as<std::string>(), "auto", "onednn");
  if (backend == "onednn" && !MAMMO_WITH_ONEDNN) return;
  const ExecutionScope scope({.backend = backend});
  INFO(backend);
  check_small();
}

TEST_CASE("the detector gives the outputs recorded when its first weights were trained") {
  const std::string backend = GENERATE(as<std::string>(), "auto", "onednn");
  if (backend == "onednn" && !MAMMO_WITH_ONEDNN) return;
  const ExecutionScope scope({.backend = backend});
  INFO(backend);
  check_recorded();
}

TEST_CASE("the shipped detector gives its recorded raw outputs on the reference backend", "[slow]") {
  const ExecutionScope scope({.backend = "reference"});
  check_small();
  check_recorded();
}

TEST_CASE("the detector's first weights give the recorded outputs and boxes of a film") {
  const nn::SafeTensors golden(test::shared("weights/detector/golden.safetensors"));
  const auto output = run_recorded(golden, "film.input");
  test::check_equal({{"cls_logits", output.cls_logits, golden.tensor("film.cls_logits")},
                     {"bbox_regression", output.bbox_regression, golden.tensor("film.bbox_regression")}});
  const std::vector<Detection> found = recorded().postprocess(output).at(0);
  const Tensor boxes = golden.tensor("film.boxes");
  const Tensor scores = golden.tensor("film.scores");
  REQUIRE(found.size() == 30);
  for (std::size_t i = 0; i < found.size(); ++i) {
    const float* box = &boxes.data<float>()[i * 4];
    INFO("box " << i);
    CHECK(shipped().config.class_names.at(static_cast<std::size_t>(found[i].label)) == "mass");
    CHECK(std::abs(found[i].score - scores.data<float>()[i]) < 1e-5);
    CHECK(std::abs(found[i].box.x - box[0]) < 0.01);
    CHECK(std::abs(found[i].box.y - box[1]) < 0.01);
    CHECK(std::abs(found[i].box.right() - box[2]) < 0.01);
    CHECK(std::abs(found[i].box.bottom() - box[3]) < 0.01);
  }
}

TEST_CASE("the detector gives the same bits each time and as a clone") {
  const Tensor x = scaled(nn::formula_tensor("detector_small.input", {1, 1, 128, 96}), 100, 0);
  const auto first = shipped().network->forward(x);
  const auto again = shipped().network->forward(x);
  const auto cloned = clone(*shipped().network)->forward(x);
  CHECK(test::as_doubles(first.cls_logits) == test::as_doubles(again.cls_logits));
  CHECK(test::as_doubles(first.cls_logits) == test::as_doubles(cloned.cls_logits));
}

TEST_CASE("a detector that looks at the mirror image gives a film and its mirror image the same boxes") {
  Detector detector{.config = shipped().config, .network = nullptr, .weights_path = {}};
  detector.config.network.detection.score_threshold = 0; // there is no mass to find
  detector.network = std::make_unique<models::RetinaNet>(detector.config.network);
  detector.network->load_state_dict(nn::SafeTensors(shipped().weights_path).tensors());
  const Tensor x = scaled(nn::formula_tensor("detector_small.input", {1, 1, 128, 96}), 100, 0);
  const auto plain = detector.network->postprocess(detector.network->forward(x)).at(0);
  detector.config.mirror = false;
  const auto alone = models::detect(detector, x).at(0);
  REQUIRE(alone.size() == plain.size());
  for (std::size_t i = 0; i < plain.size(); ++i) CHECK(alone[i].box == plain[i].box);

  detector.config.mirror = true;
  const auto both = models::detect(detector, x).at(0);
  const auto other = models::detect(detector, models::mirrored(x)).at(0);
  REQUIRE_FALSE(both.empty());
  REQUIRE(both.size() == other.size());
  for (std::size_t i = 0; i < both.size(); ++i) {
    const Box back = models::mirrored(other[i].box, 96);
    CHECK(both[i].score == Approx(other[i].score));
    CHECK(both[i].box.x == Approx(back.x).margin(1e-3));
    CHECK(both[i].box.y == Approx(back.y).margin(1e-3));
  }
}

TEST_CASE("the detector needs no operation from reference") {
  if (!MAMMO_WITH_ONEDNN) return;
  const ExecutionScope scope({.strict = true});
  const Tensor x = scaled(nn::formula_tensor("detector_small.input", {1, 1, 128, 96}), 100, 0);
  CHECK_NOTHROW(shipped().network->postprocess(shipped().network->forward(x)));
}

TEST_CASE("a detector whose files are missing, damaged or do not fit names the file") {
  const test::TemporaryFolder folder;
  const auto refused = [&](const std::string& file, const std::string& reason) {
    try {
      load_detector(folder.path());
      FAIL("loaded");
    } catch (const FileError& error) {
      INFO(error.what());
      CHECK(error.path() == (folder / file).string());
      CHECK(error.reason().find(reason) != std::string::npos);
    }
  };
  refused("config.json", "No such file");
  std::ofstream(folder / "config.json") << "{";
  refused("config.json", "not JSON");
  std::ofstream(folder / "config.json") << read_text(test::source_dir() / "models/detector/config.json");
  refused("weights.safetensors", "No such file");
  std::ofstream(folder / "weights.safetensors") << "not tensors";
  refused("weights.safetensors", "header length");
  nn::write_safetensors(folder / "weights.safetensors", {{"extra", Tensor::zeros({1})}});
  refused("weights.safetensors", "1 unexpected: extra");
  refused("weights.safetensors", "297 missing: backbone.body.conv1.weight, ");
}
