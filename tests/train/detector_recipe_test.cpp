#include "mammo/core/error.hpp"
#include "mammo/train/detector_recipe.hpp"

#include <string>
#include <vector>

#include <catch2/catch.hpp>

using namespace mammo;
using namespace mammo::train;

namespace {

std::string message_of(const std::string& json) {
  try {
    parse_detector_recipe(json, "recipe.json");
  } catch (const FileError& error) {
    return error.what();
  }
  return "no error";
}

} // namespace

TEST_CASE("a recipe is read back from its JSON") {
  DetectorRecipe recipe;
  recipe.stages.push_back({{.name = "longer", .folds = {1, 2, 3, 4}, .choosing_folds = {}}, {}, {}});
  DetectorStage& stage = recipe.stages.front();
  stage.start = {.file = "start.safetensors", .sha256 = "ab", .prefix = "backbone.body.", .folds = {3}};
  stage.groups = {{.names = {"backbone.*"}, .rate = 0.25, .weight_decay = 0}};
  stage.loss.box_loss = models::BoxLoss::giou;
  stage.loss.normalization = models::LossNormalization::batch;
  stage.precision = Precision::bf16;
  stage.augmentation = data::detector_augmentation();
  const std::string json = to_json(recipe);
  const DetectorRecipe again = parse_detector_recipe(json, "recipe.json");
  CHECK(to_json(again) == json);
  CHECK(again.stages[0].start == stage.start);
  CHECK(again.stages[0].groups.at(0).rate == 0.25);
  CHECK(again.stages[0].loss == stage.loss);
  CHECK(again.stages[0].precision == Precision::bf16);
  CHECK(again.stages[0].augmentation.scale.low == 0.75);
  CHECK(again.stages[1].choosing_folds.empty());
}

TEST_CASE("a recipe for cross-validation neither sees nor chooses by the folds left out") {
  DetectorRecipe recipe;
  recipe.stages[0].folds = {0, 2, 3, 4};
  recipe.stages[0].choosing_folds = {1};
  const DetectorRecipe without = without_folds(recipe, std::vector<std::int64_t>{3, 4});
  CHECK(without.stages[0].folds == std::vector<std::int64_t>{0, 2});
  CHECK(without.stages[0].choosing_folds.empty());
  CHECK_THROWS_AS(without_folds(without, std::vector<std::int64_t>{2, 0}), ArgumentError);
}

TEST_CASE("a recipe that makes no sense is refused with its key") {
  CHECK_THAT(message_of("{"), Catch::Contains("recipe.json: is not JSON"));
  CHECK_THAT(message_of(R"({"stages": []})"), Catch::Contains("stages is empty"));
  CHECK_THAT(message_of(R"({"stages": [{"name": "a"}, {"name": "a"}]})"),
             Catch::Contains("two stages are called a"));
  CHECK_THAT(message_of(R"({"stages": [{"name": "A/b"}]})"), Catch::Contains("A/b"));
  CHECK_THAT(message_of(R"({"stages": [{"epochs": 3}]})"), Catch::Contains("unknown key stages[0].epochs"));
  CHECK_THAT(message_of(R"({"stages": [{"steps": 0}]})"), Catch::Contains("steps is 0, expected at least 1"));
  CHECK_THAT(message_of(R"({"stages": [{"precision": "f64"}]})"), Catch::Contains("stages[0].precision"));
  CHECK_THAT(message_of(R"({"stages": [{"folds": [1, 2]}]})"),
             Catch::Contains("trains on a fold that it chooses on"));
  CHECK_THAT(message_of(R"({"stages": [{"augmentation": {"paste": 2}}]})"), Catch::Contains("paste"));
}

TEST_CASE("the best is chosen only where no weights up to it have seen the choosing folds") {
  const auto recipe = [](std::vector<std::int64_t> seen, std::vector<std::int64_t> first,
                         std::vector<std::int64_t> second_choosing) {
    return std::vector<Stage>{{.name = "a",
                               .start = {.file = "w", .sha256 = "", .prefix = "", .folds = std::move(seen)},
                               .folds = std::move(first),
                               .choosing_folds = {}},
                              {.name = "b", .folds = {2, 3}, .choosing_folds = std::move(second_choosing)}};
  };
  CHECK(may_choose(recipe({}, {2, 3, 4}, {1}), 1));
  CHECK_FALSE(may_choose(recipe({}, {1, 2}, {1}), 1));
  CHECK_FALSE(may_choose(recipe({1, 2, 3, 4}, {2, 3}, {1}), 1));
  CHECK_FALSE(may_choose(recipe({}, {2, 3, 4}, {}), 1));
  // A stage that begins anew from a file owes nothing to the stages before it.
  std::vector<Stage> anew = recipe({}, {1, 2}, {1});
  anew[1].start.file = "other";
  CHECK(may_choose(anew, 1));
}
