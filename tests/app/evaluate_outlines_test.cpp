#include "mammo/app/density_evaluation.hpp"
#include "mammo/app/segmenter_evaluation.hpp"
#include "mammo/core/file.hpp"
#include "mammo/core/random.hpp"
#include "mammo/image/mask.hpp"
#include "mammo/image/write_png.hpp"
#include "mammo/nn/formula.hpp"
#include "mammo/nn/safetensors.hpp"
#include "tests/app/run_program.hpp"
#include "tests/support/files.hpp"

#include <cmath>
#include <filesystem>
#include <fstream>
#include <string>
#include <vector>

#include <catch2/catch.hpp>
#include <nlohmann/json.hpp>

namespace fs = std::filesystem;
using namespace mammo;
using namespace mammo::app;
using namespace mammo::test;
using Json = nlohmann::json;

namespace {

Json read_json(const fs::path& path) {
  return Json::parse(read_text(path));
}

void put(const fs::path& path, const std::string& text) {
  fs::create_directories(path.parent_path());
  std::ofstream(path) << text;
}

models::DensityConfig density_config() {
  models::DensityConfig config;
  config.name = "made";
  config.version = "0";
  config.input.canvas = {.height = 64, .width = 32, .max_scale = 4};
  config.network = {.encoder = {.depth = 18, .width_factor = 0.0625, .input_channels = 1, .num_classes = 0},
                    .decoder_channels = {8, 8, 8, 4, 4},
                    .num_classes = models::tissue_classes};
  return config;
}

// A model's folder with weights by formula.
void put_model(const fs::path& folder, const std::string& config, nn::Module& network) {
  put(folder / "config.json", config);
  nn::load_by_formula(network);
  nn::write_safetensors(folder / "weights.safetensors", network.state_dict());
}

void put_tissue_films(const fs::path& folder, int count) {
  fs::create_directories(folder / "images");
  fs::create_directories(folder / "labels");
  for (int i = 0; i < count; ++i) {
    Generator generator(static_cast<std::uint64_t>(i));
    const std::string name = concat("A_", 1000 + i, "_1.RIGHT_MLO");
    image::write_png(folder / "images" / (name + ".png"),
                     random_uniform({96, 48}, 60, 220, generator).to(DType::u8));
    Tensor labels = Tensor::full({96, 48}, 128, {.dtype = DType::u8});
    for (int k = 0; k < 300 * (i + 1); ++k)
      labels.mutable_data<std::uint8_t>()[static_cast<std::size_t>(k)] = 192;
    image::write_png(folder / "labels" / (name + "_LI.png"), labels);
  }
}

DensityCase density_case(const std::string& patient, double truth, double found, const eval::Overlap& dense) {
  DensityCase c;
  c.film.patient = patient;
  c.truth = truth;
  c.found = found;
  c.tissues[2] = dense;
  c.tissues[0] = {.both = 50, .truth_only = 5, .found_only = 15, .neither = 80};
  return c;
}

double value_of(const std::vector<Figure>& figures, const std::string& name) {
  for (const Figure& figure : figures) {
    if (figure.name == name) return figure.value;
  }
  FAIL("no figure " << name);
  return 0;
}

} // namespace

TEST_CASE("density figures are what a hand calculation gives") {
  const std::vector<DensityCase> cases{
      density_case("a", 0.2, 0.3, {.both = 10, .truth_only = 10, .found_only = 0}),   // Dice 2/3
      density_case("b", 0.4, 0.4, {.both = 30, .truth_only = 0, .found_only = 0}),    // 1
      density_case("c", 0.9, 0.7, {.both = 20, .truth_only = 20, .found_only = 20})}; // 1/2
  const auto figures = density_figures(cases, {0.25, 0.5, 0.75}, {.resamples = 50});
  CHECK(value_of(figures, "dice") == Approx((2.0 / 3 + 1 + 0.5) / 3));
  CHECK(value_of(figures, "pooled_dice") == Approx(120.0 / (120 + 30 + 20)));
  CHECK(value_of(figures, "breast_iou") == Approx(0.8)); // 80 of 80 + 5 + 15 that are not air in both
  CHECK(value_of(figures, "absolute_error") == Approx(0.1));
  CHECK(value_of(figures, "bias") == Approx(-0.1 / 3));
  CHECK(value_of(figures, "category_agreement") == Approx(1.0 / 3)); // a and b, b and b, d and c
  // Deviations of the truths -0.3, -0.1, 0.4, of what was found -1/6, -1/15, 7/30.
  CHECK(value_of(figures, "correlation") == Approx(0.15 / std::sqrt(0.26 * 0.08666667)));
  CHECK_THROWS_AS(density_figures({}, {0.25, 0.5, 0.75}), ArgumentError);
}

TEST_CASE("outline figures are lesions' means, and gains are paired") {
  std::vector<OutlineCase> cases(2);
  cases[0].crop.patient = "a";
  cases[0].network.pixels = {.both = 80, .truth_only = 10, .found_only = 10, .neither = 100};
  cases[0].ellipse.pixels = {.both = 60, .truth_only = 30, .found_only = 10, .neither = 100};
  cases[0].level_set.pixels = {.both = 50, .truth_only = 40, .found_only = 10, .neither = 100};
  cases[0].network.distance = eval::EdgeDistance{.hausdorff = 4, .percentile95 = 3};
  cases[1] = cases[0];
  cases[1].crop.patient = "b";
  cases[1].network.pixels = {.both = 0, .truth_only = 90, .found_only = 0, .neither = 110};
  cases[1].network.distance = std::nullopt; // an empty outline has no edge
  const auto figures = outline_figures(cases, {.resamples = 50});
  CHECK(value_of(figures, "iou") == Approx(0.4));
  CHECK(value_of(figures, "iou_ellipse") == Approx(0.6));
  CHECK(value_of(figures, "iou_gain_over_level_set") == Approx(0.4 - 0.5));
  CHECK(value_of(figures, "pooled_iou") == Approx(80.0 / 190));
  CHECK(value_of(figures, "hausdorff") == 4);
  CHECK(value_of(figures, "two_class_miou") == Approx((0.8 + 100.0 / 120 + 0 + 110.0 / 200) / 4));
}

TEST_CASE("mammo evaluate density writes figures, also of a cross-validation") {
  const TemporaryFolder folder;
  put_tissue_films(folder / "data", 10);
  models::ResNetUNet network(density_config().network);
  put_model(folder / "models/density", models::to_json(density_config()), network);
  const std::vector<std::string> common{"evaluate",    "density",
                                        "--data",      (folder / "data").string(),
                                        "--models",    (folder / "models").string(),
                                        "--resamples", "50"};
  const auto run = [&](const std::string& out, std::vector<std::string> more) {
    std::vector<std::string> arguments = common;
    arguments.insert(arguments.end(), {"--out", (folder / out).string()});
    arguments.insert(arguments.end(), more.begin(), more.end());
    return mammo_program(arguments);
  };
  const Ended plain = run("plain", {});
  INFO(plain.err);
  REQUIRE(plain.status == 0);
  const Json metrics = read_json(folder / "plain/metrics.json");
  CHECK(metrics["films"] == 10);
  CHECK(metrics["cross_validated"] == false);
  CHECK(metrics["dice"].is_number());
  CHECK(metrics["correlation_ci95"].size() == 2);
  CHECK(metrics["models"][0]["weights_sha256"].get<std::string>().size() == 64);
  CHECK(read_json(folder / "plain/predictions.json").size() == 10);
  CHECK(read_json(folder / "plain/predictions.json")[1]["labelled_percent_density"] ==
        Approx(100 * 600.0 / (96 * 48)));
  CHECK(fs::exists(folder / "plain/density.png"));
  CHECK(fs::exists(folder / "plain/density.svg"));

  const Ended missing = run("missing", {"--cross-validated", (folder / "cv").string()});
  CHECK(missing.status == 2);
  CHECK(missing.err.find("fold-0") != std::string::npos);
  for (int fold = 0; fold < 5; ++fold) {
    const fs::path to = folder / "cv" / concat("fold-", fold) / "density";
    fs::create_directories(to);
    fs::copy_file(folder / "models/density/weights.safetensors", to / "weights.safetensors");
  }
  REQUIRE(run("crossed", {"--cross-validated", (folder / "cv").string()}).status == 0);
  const Json crossed = read_json(folder / "crossed/metrics.json");
  CHECK(crossed["cross_validated"] == true);
  CHECK(crossed["models"].size() == 5);
  CHECK(crossed["dice"] == metrics["dice"]); // the same weights in every fold
}

TEST_CASE("mammo evaluate segmenter gives all methods the same boxes and says so") {
  const TemporaryFolder folder;
  fs::create_directories(folder / "data");
  for (const char* name : {"mdb001", "mdb002", "mdb003"}) {
    const Tensor mask = image::ellipse_mask({20, 25, 40, 30}, 80, 90);
    Tensor picture = Tensor::full({80, 90}, 80, {.dtype = DType::u8});
    Tensor white = Tensor::zeros({80, 90}, {.dtype = DType::u8});
    for (std::size_t i = 0; i < 80UL * 90; ++i) {
      if (mask.data<std::uint8_t>()[i] == 0) continue;
      picture.mutable_data<std::uint8_t>()[i] = 140;
      white.mutable_data<std::uint8_t>()[i] = 255;
    }
    image::write_png(folder / "data" / concat(name, ".png"), picture);
    image::write_png(folder / "data" / concat(name, "_bin.png"), white);
  }
  models::SegmenterConfig config;
  config.name = "made";
  config.side = 32;
  config.network = {.encoder = {.depth = 18, .width_factor = 0.0625, .input_channels = 1, .num_classes = 0},
                    .decoder_channels = {8, 8, 8, 4, 4}};
  models::ResNetUNet network(config.network);
  put_model(folder / "models/segmenter", models::to_json(config), network);
  const auto run = [&](const std::string& out, std::vector<std::string> more) {
    std::vector<std::string> arguments{"evaluate",    "segmenter",
                                       "--data",      (folder / "data").string(),
                                       "--models",    (folder / "models").string(),
                                       "--out",       (folder / out).string(),
                                       "--resamples", "50"};
    arguments.insert(arguments.end(), more.begin(), more.end());
    return mammo_program(arguments);
  };
  const Ended exact = run("exact", {"--shift", "0", "--log-scale", "0", "--draws", "1"});
  INFO(exact.err);
  REQUIRE(exact.status == 0);
  const Json metrics = read_json(folder / "exact/metrics.json");
  CHECK(metrics["box_given"] == true);
  CHECK(metrics["lesions"] == 3);
  CHECK(metrics["iou_ellipse"] == 1); // the lesions are ellipses
  CHECK(metrics["iou_level_set"] > 0.9);
  CHECK(metrics["iou_gain_over_ellipse"].get<double>() ==
        Approx(metrics["iou"].get<double>() - metrics["iou_ellipse"].get<double>()));
  CHECK(metrics["iou_gain_over_level_set_ci95"].size() == 2);
  CHECK(fs::exists(folder / "exact/iou.svg"));

  REQUIRE(run("off", {"--draws", "2"}).status == 0);
  CHECK(read_json(folder / "off/metrics.json")["iou_ellipse"] < 0.95);
  CHECK(read_json(folder / "off/predictions.json").size() == 6);

  image::write_png(folder / "data/mdb002_bin.png", Tensor::zeros({80, 90}, {.dtype = DType::u8}));
  const Ended black = run("black", {});
  CHECK(black.status == 2);
  CHECK(black.err.find("mdb002_bin.png") != std::string::npos);
  CHECK_FALSE(fs::exists(folder / "black"));
}
