#include "mammo/core/file.hpp"
#include "mammo/models/detector.hpp"
#include "tests/support/files.hpp"

#include <string>

#include <catch2/catch.hpp>

using namespace mammo;
using models::DetectorConfig;
using models::parse_detector_config;

namespace {

std::string shipped_json() {
  return read_text(test::source_dir() / "models" / "detector" / "config.json");
}

std::string replaced(std::string text, const std::string& part, const std::string& by) {
  const std::size_t at = text.find(part);
  REQUIRE(at != std::string::npos);
  return text.replace(at, part.size(), by);
}

} // namespace

TEST_CASE("a detector's configuration survives being written and read") {
  const DetectorConfig shipped = parse_detector_config(shipped_json(), "config.json");
  CHECK(parse_detector_config(to_json(shipped), "again") == shipped);

  DetectorConfig other = shipped;
  other.name = "a \"quoted\" name";
  other.input.breast.opening = 7;
  other.input.canvas.max_scale = 0.1;
  other.network.backbone = {.depth = 18, .width_factor = 1.0 / 3, .norm_eps = 1e-3, .num_classes = 0};
  other.network.extra_levels = models::ExtraLevels::p6p7_on_c5;
  other.network.anchors.sizes.push_back({384, 480, 605});
  other.network.num_classes = 3;
  other.network.detection.ignored_classes = {0, 2};
  other.class_names = {"", "mass", ""};
  other.mirror = !shipped.mirror;
  CHECK(parse_detector_config(to_json(other), "again") == other);
  CHECK_FALSE(other == shipped);
}

TEST_CASE("the shipped configuration says every number of the detector") {
  const DetectorConfig c = parse_detector_config(shipped_json(), "config.json");
  CHECK(c.network.backbone == models::ResNetConfig{.depth = 50,
                                                   .width_factor = 0.5,
                                                   .stride_on_1x1 = true,
                                                   .input_channels = 1,
                                                   .frozen_norm = true,
                                                   .num_classes = 0});
  CHECK(c.network.extra_levels == models::ExtraLevels::pool);
  CHECK(c.network.detection == models::DetectionConfig{.score_threshold = 0.02,
                                                       .candidates_per_level = 1000,
                                                       .nms_threshold = 0.3,
                                                       .max_detections = 30,
                                                       .ignored_classes = {0}});
  CHECK(c.input == models::InputConfig{});
  CHECK(c.class_names == std::vector<std::string>{"", "mass"});
  // Every key is there: leaving one to its default would hide it from a reader of the file.
  const std::string text = shipped_json();
  std::size_t keys = 0;
  for (const char c1 : text) keys += c1 == ':' ? 1 : 0;
  const std::string written = to_json(c);
  std::size_t expected = 0;
  for (const char c1 : written) expected += c1 == ':' ? 1 : 0;
  CHECK(keys == expected);
}

TEST_CASE("a configuration error names the text and the key") {
  struct Wrong {
    std::string part;
    std::string by;
    std::string said;
  };
  const Wrong wrong = GENERATE(values<Wrong>({
      {"\"depth\": 50", "\"depth\": \"50\"", "network.backbone.depth is \"50\", expected a whole number"},
      {"\"depth\": 50", "\"depth\": 50.5", "network.backbone.depth is 50.5, expected a whole number"},
      {"\"depth\": 50", "\"depth\": 18446744073709551615", "expected a whole number"},
      {"\"depth\": 50", "\"depth\": 51", "ResNet depth 51"},
      {"\"depth\"", "\"deep\"", "unknown key network.backbone.deep"},
      {"\"version\"", "\"Version\"", "unknown key Version"},
      {"\"stride_on_1x1\": true", "\"stride_on_1x1\": 1",
       "network.backbone.stride_on_1x1 is 1, expected true or"},
      {"\"pool\"", "\"pol\"", "network.extra_levels is \"pol\", expected one of none, pool, p6p7_on_p5"},
      {"\"mean\": 114", "\"mean\": null", "input.mean is null, expected a number"},
      {"\"mass-detector\"", "[]", "name is [], expected a text"},
      {"[24, 30, 38]", "[24, true, 38]", "network.anchors.sizes[0][1] is true, expected a number"},
      {"[[24, 30, 38]", "[\"x\"", "network.anchors.sizes[0] is \"x\", expected an array"},
      {"[24, 30, 38]", "[24, 30]", "anchor sizes"},
      {"\"retinanet\"", "\"resnet\"", "architecture is \"resnet\", expected retinanet"},
      {"[\"\", \"mass\"]", "[\"mass\"]", "class_names has 1 names"},
      {"\"height\": 800", "\"height\": 80000", "input.canvas is 80000 x 448"},
      {"\"breast\": {", "\"breast\": [], \"x\": {", "input.breast is array, expected an object"},
      {"{", "{,", "not JSON"},
      {"{", std::string(100, '['), "nested more than 16 deep"},
  }));
  try {
    parse_detector_config(replaced(shipped_json(), wrong.part, wrong.by), "some/config.json");
    FAIL("accepted " << wrong.by);
  } catch (const FileError& error) {
    INFO(error.what());
    CHECK(error.path() == "some/config.json");
    CHECK(error.reason().find(wrong.said) != std::string::npos);
  }
}

TEST_CASE("keys that are left out keep their defaults") {
  const std::string text = replaced(shipped_json(), "\"mean\": 114", "\"mean\": 115");
  CHECK(parse_detector_config(text, "").input.mean == 115);
  CHECK(parse_detector_config(replaced(shipped_json(), "\"opening\": 9,", ""), "").input.breast.opening == 9);
}

TEST_CASE("a network of absurd width takes no memory before its weights are seen") {
  const std::string text =
      replaced(shipped_json(), "\"pyramid_channels\": 128", "\"pyramid_channels\": 65536");
  CHECK_NOTHROW(parse_detector_config(text, ""));
}
