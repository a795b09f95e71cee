#include "mammo/app/analyzer.hpp"
#include "mammo/models/presence.hpp"
#include "mammo/nn/formula.hpp"
#include "mammo/nn/safetensors.hpp"
#include "tests/app/films.hpp"
#include "tests/app/small_detector.hpp"
#include "tests/support/files.hpp"

#include <algorithm>
#include <cmath>
#include <filesystem>
#include <vector>

#include <catch2/catch.hpp>

using namespace mammo;
using namespace mammo::app;
using namespace mammo::test;

namespace fs = std::filesystem;

namespace {

models::PresenceConfig small_config() {
  models::PresenceConfig config;
  config.name = "small-presence";
  config.version = "0.0.1";
  config.input.size = 32;
  config.network = {.depth = 18, .width_factor = 0.125, .input_channels = 1, .num_classes = 5};
  return config;
}

void put_presence(const fs::path& models, const models::PresenceConfig& config) {
  put_text(models / "presence/config.json", models::to_json(config));
  models::ResNet network(config.network);
  nn::load_by_formula(network);
  nn::write_safetensors(models / "presence/weights.safetensors", network.state_dict());
}

std::vector<Detection> found(const fs::path& models, const fs::path& film, double threshold = 0) {
  const Analyzer analyzer({.models = models, .execution = {}});
  FileOptions options;
  options.analysis.threshold = threshold;
  return analyzer.analyze_file(film, options).detections;
}

double logit(double score) {
  return std::log(score / (1 - score));
}

} // namespace

TEST_CASE("where a presence model is there, marks have its score and box, and the report names it") {
  const TemporaryFolder folder;
  put_film(folder / "film.png");
  put_small_detector(folder / "models");
  const auto alone = found(folder / "models", folder / "film.png");
  REQUIRE(alone.size() > 1);

  models::PresenceConfig config = small_config();
  config.fusion = {.least_score = alone[1].score, .presence = 0, .bias = 0.5, .box = 0, .nms_threshold = 1};
  put_presence(folder / "models", config);
  const auto looked_at = found(folder / "models", folder / "film.png");
  REQUIRE(looked_at.size() == 2); // the others score too little for a second look
  for (std::size_t i = 0; i < 2; ++i) {
    CHECK(logit(looked_at[i].score) == Approx(logit(alone[i].score) + 0.5).epsilon(1e-3));
    CHECK(looked_at[i].anchor == alone[i].anchor);
  }
  // The threshold is for the score after the second look.
  const double between = (looked_at[0].score + looked_at[1].score) / 2;
  CHECK(found(folder / "models", folder / "film.png", between).size() == 1);

  config.fusion = {.box = 0.02, .nms_threshold = 1};
  put_presence(folder / "models", config);
  const auto moved = found(folder / "models", folder / "film.png");
  REQUIRE(moved.size() > 1); // some have left the film
  CHECK(std::ranges::none_of(moved, [&](const Detection& mark) {
    return std::ranges::any_of(alone, [&](const Detection& other) { return other.box == mark.box; });
  }));
  CHECK(std::ranges::is_sorted(moved, std::ranges::greater{}, &Detection::score));

  const Analyzer analyzer({.models = folder / "models", .execution = {}});
  REQUIRE(analyzer.models().size() == 2);
  CHECK(analyzer.models()[1].task == "mass presence");
  CHECK(analyzer.models()[1].name == "small-presence");
  const Analyzer without({.models = folder / "models", .presence = "", .execution = {}});
  CHECK(without.models().size() == 1);
}
