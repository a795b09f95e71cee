#include "mammo/core/file.hpp"
#include "mammo/core/random.hpp"
#include "mammo/image/write_png.hpp"
#include "mammo/models/pathology.hpp"
#include "mammo/nn/formula.hpp"
#include "mammo/nn/safetensors.hpp"
#include "tests/app/films.hpp"
#include "tests/app/report_schema.hpp"
#include "tests/app/run_program.hpp"
#include "tests/support/files.hpp"

#include <cmath>
#include <filesystem>
#include <set>
#include <string>
#include <vector>

#include <catch2/catch.hpp>
#include <nlohmann/json.hpp>

namespace fs = std::filesystem;
using namespace mammo::test;
using Json = nlohmann::json;

namespace {

Json read_json(const fs::path& path) {
  return Json::parse(mammo::read_text(path));
}

// A network of random weights in a models' folder, beside the shipped detector.
void put_models(const fs::path& folder) {
  mammo::models::PathologyConfig config;
  config.name = "small";
  config.version = "0.0.1";
  config.input.size = 32;
  config.network = {.branch = {.depth = 18, .width_factor = 0.125, .input_channels = 1, .num_classes = 0},
                    .dense_features = {8}};
  config.calibration = {.slope = 1, .intercept = 0.1, .prevalence = 0.5, .reference = "drawn masses"};
  put_text(folder / "pathology/config.json", to_json(config));
  mammo::models::PathologyEnsemble network(config.network);
  mammo::nn::load_by_formula(network);
  mammo::nn::write_safetensors(folder / "pathology/weights.safetensors", network.state_dict());
  fs::create_directory_symlink(source_dir() / "models/detector", folder / "detector");
}

// A breast with a bright disc at (30, 40), 24 wide and 20 high.
mammo::Tensor draw_film(std::uint64_t seed, double brightness) {
  mammo::Generator generator(seed);
  mammo::Tensor film = mammo::Tensor::empty({120, 90}, {.dtype = mammo::DType::u8});
  const auto pixels = film.mutable_data<std::uint8_t>();
  for (std::size_t i = 0; i < pixels.size(); ++i) {
    const double u = (static_cast<double>(i % 90) - 42) / 12;
    const double v = (static_cast<double>(i / 90) - 50) / 10;
    const double tissue = i % 90 < 80 ? 90 : 0;
    pixels[i] =
        static_cast<std::uint8_t>(tissue + (std::hypot(u, v) < 1 ? brightness : 0) + generator.uniform(0, 8));
  }
  return film;
}

// Four patients with two views each, named as CBIS-DDSM's; the last two are malignant. Folds 0 and 1 hold a
// patient of each kind twice over.
void put_films(const fs::path& folder) {
  Json coco = {{"categories", {{{"id", 0}, {"name", "Mass"}}}},
               {"images", Json::array()},
               {"annotations", Json::array()}};
  std::string cases = "patient_id,breast_density,left or right breast,image view,abnormality id,abnormality "
                      "type,mass shape,mass margins,assessment,pathology,subtlety\n";
  std::string split = "patient_id,fold\n";
  for (int patient = 0; patient < 8; ++patient) {
    const bool malignant = patient % 4 >= 2;
    const std::string number = "0000" + std::to_string(patient + 1);
    split += "P_" + number + (patient < 4 ? ",0\n" : ",1\n");
    for (const std::string view : {"CC", "MLO"}) {
      const std::string name = number + "_LEFT_" + view + ".png";
      const auto id = coco["images"].size();
      fs::create_directories(folder);
      mammo::image::write_png(folder / name, draw_film(id, malignant ? 100 : 40));
      coco["images"].push_back({{"id", id}, {"file_name", name}, {"width", 90}, {"height", 120}});
      coco["annotations"].push_back(
          {{"id", id}, {"image_id", id}, {"category_id", 0}, {"bbox", {30, 40, 24, 20}}});
      cases += "P_" + number + ",2,LEFT," + view + ",1,mass,OVAL,CIRCUMSCRIBED,4," +
               (malignant ? "MALIGNANT" : "BENIGN") + ",3\n";
    }
  }
  put_text(folder / "_annotations.coco.json", coco.dump());
  put_text(folder / "mass_case_description_drawn.csv", cases);
  put_text(folder / "split.csv", split);
}

struct Setting {
  TemporaryFolder folder;
  Setting() {
    put_models(folder / "models");
    put_films(folder / "films");
  }
  Ended evaluate(const std::string& task, std::vector<std::string> more = {}) const {
    std::vector<std::string> arguments = {"evaluate",    task,
                                          "--data",      (folder / "films").string(),
                                          "--models",    (folder / "models").string(),
                                          "--out",       (folder / "out").string(),
                                          "--resamples", "20",
                                          "--split",     (folder / "films/split.csv").string(),
                                          "--fold",      "0"};
    arguments.insert(arguments.end(), more.begin(), more.end());
    return mammo_program(arguments);
  }
};

} // namespace

TEST_CASE("A pathology model's evaluation writes figures, scores and plots") {
  const Setting s;
  const Ended ended = s.evaluate("pathology", {"--true-boxes-only"});
  INFO(ended.err);
  REQUIRE(ended.status == 0);
  CHECK(ended.err.empty());
  CHECK(below(s.folder / "out") == std::set<std::string>{"metrics.json", "predictions.json", "scores.csv",
                                                         "roc.png", "roc.svg", "precision_recall.png",
                                                         "precision_recall.svg", "reliability.png",
                                                         "reliability.svg"});
  const Json metrics = read_json(s.folder / "out/metrics.json");
  CHECK(metrics["views"] == 8);
  CHECK(metrics["malignant_views"] == 4);
  CHECK(metrics["lesions_with_two_views"] == 4);
  CHECK(metrics["auc_ci95"].size() == 2);
  CHECK(metrics["baseline_folds"] == Json({1}));
  CHECK(metrics["baseline_auc"] == 1); // brightness says it all
  CHECK(metrics["auc_above_baseline"].get<double>() ==
        Approx(metrics["auc"].get<double>() - metrics["baseline_auc"].get<double>()));
  CHECK_FALSE(metrics.contains("detected_auc"));

  // The scores are a reader's.
  const Ended counted = mammo_program({"metrics", "roc", (s.folder / "out/scores.csv").string(), "--cluster",
                                       "patient", "--resamples", "20"});
  REQUIRE(counted.status == 0);
  CHECK(Json::parse(counted.out)["auc"].get<double>() == Approx(metrics["auc"].get<double>()));
}

TEST_CASE("An evaluation of pathology without both kinds, or without a model, is refused") {
  const Setting s;
  put_text(s.folder / "films/split.csv", "patient_id,fold\nP_00001,0\nP_00002,0\n");
  const Ended one_kind = s.evaluate("pathology", {"--true-boxes-only"});
  CHECK(one_kind.status == 2);
  CHECK(one_kind.err.find("expected malignant and benign ones") != std::string::npos);
  fs::remove(s.folder / "models/pathology/weights.safetensors");
  const Ended no_model = s.evaluate("pathology", {"--true-boxes-only"});
  CHECK(no_model.status == 2);
  CHECK(no_model.err.find("weights.safetensors") != std::string::npos);
  CHECK_FALSE(fs::exists(s.folder / "out/metrics.json"));
}

TEST_CASE("An analysis is evaluated from end to end", "[slow]") {
  const Setting s;
  const Ended ended = s.evaluate("analysis");
  INFO(ended.err);
  REQUIRE(ended.status == 0);
  const Json metrics = read_json(s.folder / "out/metrics.json");
  CHECK(metrics["films"] == 8);
  CHECK(metrics["films_left_out"] == 0);
  for (const char* name : {"correct_at_0.3", "found_at_0.2", "correct_at_1.93_regions"}) {
    INFO(name);
    CHECK(metrics[name].is_number());
  }
  CHECK(metrics["models"].size() == 2);
  CHECK(fs::exists(s.folder / "out/end_to_end.svg"));
}

TEST_CASE("An analysis scores the malignancy of its marks where the model is there") {
  const Setting s;
  const std::string film = (source_dir() / "examples/data/01442_RIGHT_CC.jpg").string();
  const auto analyze = [&](const std::string& out, std::vector<std::string> more = {}) {
    std::vector<std::string> arguments = {
        "analyze", film, "--out", (s.folder / out).string(), "--models", (s.folder / "models").string()};
    arguments.insert(arguments.end(), more.begin(), more.end());
    return mammo_program(arguments);
  };
  const Ended ended = analyze("plain");
  INFO(ended.err);
  REQUIRE(ended.status == 0);
  CHECK(ended.out.find("highest malignancy score") != std::string::npos);
  const Json report = read_json(s.folder / "plain/01442_RIGHT_CC.json");
  CHECK(schema_errors(report) == no_errors);
  REQUIRE(!report["detections"].empty());
  CHECK(report["malignancy_reference"]["population"] == "drawn masses");
  CHECK(report["models"][1]["name"] == "small");
  const double score = report["detections"][0]["malignancy"];

  REQUIRE(analyze("rare", {"--prevalence", "0.01"}).status == 0);
  const Json rare = read_json(s.folder / "rare/01442_RIGHT_CC.json");
  const double converted = rare["detections"][0]["malignancy"];
  CHECK(converted / (1 - converted) == Approx(score / (1 - score) / 99).epsilon(1e-2));
  CHECK(rare["malignancy_reference"]["adjusted_prevalence"] == 0.01);
  CHECK(analyze("never", {"--prevalence", "0"}).status == 2);

  // Without the model the analysis goes on, and says that this was not done.
  fs::remove(s.folder / "models/pathology/weights.safetensors");
  REQUIRE(analyze("without").status == 0);
  const Json without = read_json(s.folder / "without/01442_RIGHT_CC.json");
  CHECK(without["detections"][0]["malignancy"].is_null());
  CHECK(without["malignancy_reference"].is_null());
  CHECK(schema_errors(without) == no_errors);
}
