#include "mammo/core/error.hpp"
#include "mammo/core/file.hpp"
#include "mammo/data/phantom.hpp"
#include "mammo/image/voi.hpp"
#include "mammo/image/write_png.hpp"
#include "mammo/nn/checkpoint.hpp"
#include "mammo/nn/safetensors.hpp"
#include "mammo/train/train_detector.hpp"
#include "tests/support/files.hpp"

#include <atomic>
#include <cmath>
#include <string>
#include <vector>

#include <catch2/catch.hpp>

using namespace mammo;
using namespace mammo::test;
using namespace mammo::train;

namespace fs = std::filesystem;

namespace {

// Narrow, on a canvas of 128 x 96, with anchors that suit masses of 10 to 30 pixels.
models::DetectorConfig small_config() {
  models::DetectorConfig config;
  config.name = "small";
  config.input.working_height = 128;
  config.input.breast = {.blur_sigma = 1, .frame_columns = 1, .frame_rows = 1, .opening = 3};
  config.input.canvas = {.height = 128, .width = 96, .max_scale = 1.2};
  config.network = {.backbone = {.depth = 18, .width_factor = 0.25, .input_channels = 1, .num_classes = 0},
                    .pyramid_stages = {2, 3},
                    .pyramid_channels = 16,
                    .extra_levels = models::ExtraLevels::none,
                    .head_depth = 1,
                    .num_classes = 2,
                    .anchors = {.sizes = {{12, 16}, {22, 30}}, .aspect_ratios = {1.0}},
                    .detection = {.ignored_classes = {0}}};
  config.class_names = {"", "mass"};
  return config;
}

DetectorRecipe small_recipe() {
  DetectorRecipe recipe;
  recipe.stages = {{{.name = "short",
                     .folds = {2},
                     .choosing_folds = {1},
                     .steps = 20,
                     .batch_size = 2,
                     .rate = 1e-3,
                     .frozen = {"backbone.body.conv1.*"},
                     .warm_up = 5,
                     .average = 0.5,
                     .measure_every = 8},
                    {},
                    {.flip_left_right = 0.5, .scale = {0.9, 1.1}, .noise = {0, 4}}}};
  return recipe;
}

// Eight films of fold 2 and two of fold 1, drawn to a folder.
std::vector<data::AnnotatedFilm> draw_films(const fs::path& folder) {
  std::vector<data::AnnotatedFilm> films;
  for (std::uint64_t seed = 0; seed < 10; ++seed) {
    const data::PhantomFilm drawn =
        data::make_phantom_film({.seed = seed, .lesions = 1, .height = 160, .width = 120},
                                data::Laterality::left, data::Projection::cc);
    data::AnnotatedFilm film;
    film.name = std::to_string(seed) + ".png";
    film.path = folder / film.name;
    film.height = drawn.pixels.size(0);
    film.width = drawn.pixels.size(1);
    film.fold = seed < 8 ? 2 : 1;
    for (const data::PhantomMass& mass : drawn.masses) film.lesions.emplace_back().box = mass.box;
    image::Film picture;
    picture.stored = drawn.pixels;
    picture.bits = drawn.bits;
    image::write_png(film.path, image::render_grey8(picture).pixels);
    films.push_back(std::move(film));
  }
  return films;
}

struct Setting {
  TemporaryFolder folder;
  DetectorTraining training{.recipe = small_recipe(),
                            .config = small_config(),
                            .films = draw_films(folder.path()),
                            .options = {.recipe_folder = folder.path(), .output = folder / "out"}};

  std::string file(const std::string& name) const {
    return read_text(training.options.output / "short" / name);
  }
};

} // namespace

TEST_CASE("training writes weights, curves, events and a record") {
  Setting s;
  std::vector<std::int64_t> looks;
  s.training.options.report = [&](const TrainingProgress& now) {
    if (!now.measured.empty()) looks.push_back(now.step);
  };
  const auto records = train_detector(s.training);
  REQUIRE(records.size() == 1);
  CHECK(records[0].steps == 20);
  CHECK(records[0].chosen);
  CHECK(records[0].hours > 0);
  // The record's measure is that of the weights that were kept.
  REQUIRE(records[0].measure.size() == 3);
  models::RetinaNet kept(s.training.config.network);
  kept.load_state_dict(nn::SafeTensors(records[0].end).tensors());
  const std::vector<data::AnnotatedFilm> choosing(s.training.films.end() - 2, s.training.films.end());
  const DetectorFilms films(choosing, input_options(s.training.config.input), /*label=*/1);
  CHECK(measure_detector(kept, s.training.config.input, films).ap50 == records[0].measure.at("ap50"));
  CHECK(looks == std::vector<std::int64_t>{8, 16, 20});
  CHECK(s.file("steps.csv").find("\n20,") != std::string::npos);
  CHECK(s.file("measures.csv").find("\n16,") != std::string::npos);
  CHECK(fs::exists(s.training.options.output / "short" / "loss.png"));
  CHECK(fs::exists(s.training.options.output / "short" / "ap50.png"));

  // A run that has ended is not repeated.
  s.training.options.resume = true;
  s.training.options.report = [](const TrainingProgress&) { FAIL("a step after the end"); };
  CHECK(train_detector(s.training).at(0).end == records[0].end);
}

TEST_CASE("a run that is stopped and resumed ends with the bits of one that is not") {
  Setting whole;
  train_detector(whole.training);
  Setting again;
  train_detector(again.training);
  Setting parts;
  std::atomic<bool> stop = false;
  parts.training.options.stop = &stop;
  for (const std::int64_t at : {3, 8, 13}) {
    parts.training.options.report = [&](const TrainingProgress& now) { stop = now.step == at; };
    CHECK(train_detector(parts.training).empty());
    stop = false;
    parts.training.options.resume = true;
  }
  parts.training.options.report = {};
  REQUIRE(train_detector(parts.training).size() == 1);
  const bool repeated = again.file("weights.safetensors") == whole.file("weights.safetensors");
  const bool resumed = parts.file("weights.safetensors") == whole.file("weights.safetensors");
  CHECK(repeated);
  CHECK(resumed);
  CHECK(parts.file("measures.csv") == whole.file("measures.csv"));
}

TEST_CASE("a detector learns, and a second stage goes on from the first") {
  Setting s;
  s.training.recipe.stages[0].steps = 120;
  s.training.recipe.stages[0].measure_every = 60;
  DetectorStage second = s.training.recipe.stages[0];
  second.name = "second";
  second.folds = {1, 2};
  second.choosing_folds = {};
  second.steps = 10;
  s.training.recipe.stages.push_back(second);
  std::vector<double> losses;
  s.training.options.report = [&](const TrainingProgress& now) {
    if (now.measured.empty()) losses.push_back(now.loss);
  };
  const auto records = train_detector(s.training);
  REQUIRE(records.size() == 2);
  CHECK(records[1].start == records[0].end);
  CHECK_FALSE(records[1].chosen);
  CHECK(records[1].measure.empty());
  CHECK(losses[119] < 0.6 * losses[19]);
}

TEST_CASE("a folder of another run is refused") {
  Setting s;
  s.training.recipe.stages[0].steps = 1;
  train_detector(s.training);
  CHECK_THROWS_WITH(train_detector(s.training), Catch::Contains("holds a run"));
  s.training.options.resume = true;
  s.training.recipe.stages[0].seed = 7;
  CHECK_THROWS_WITH(train_detector(s.training), Catch::Contains("recipe.json is of another run"));
}

TEST_CASE("what training needs and lacks is named") {
  Setting s;
  s.training.recipe.stages[0].folds = {4};
  CHECK_THROWS_WITH(train_detector(s.training), Catch::Contains("no film is of fold 4"));
  Setting t;
  t.training.recipe.stages[0].start.file = "absent.safetensors";
  CHECK_THROWS_WITH(train_detector(t.training), Catch::Contains("absent.safetensors"));
}

TEST_CASE("weights of the backbone alone start a detector, summed over colours") {
  Setting s;
  models::ResNetConfig colours = s.training.config.network.backbone;
  colours.input_channels = 3;
  models::ResNet body(colours);
  nn::StateDict weights;
  for (const nn::StateEntry& entry : body.state()) weights[entry.name] = Tensor::full(entry.shape, 0.01);
  nn::write_safetensors(s.folder / "body.safetensors", weights);
  DetectorStage& stage = s.training.recipe.stages[0];
  stage.start = {.file = "body.safetensors", .sha256 = {}, .prefix = "backbone.body.", .folds = {}};
  stage.steps = 1;
  const nn::SafeTensors trained(train_detector(s.training).at(0).end);
  // Frozen, so as it began: three channels of 0.01.
  CHECK(trained.tensor("backbone.body.conv1.weight").data<float>()[0] == Approx(0.03));
}

TEST_CASE("a loss that is not finite ends the run, names the layer and keeps the checkpoint before") {
  Setting s;
  s.training.recipe.stages[0].rate = 1e30;
  s.training.recipe.stages[0].warm_up = 0;
  s.training.options.checkpoint_every = std::chrono::seconds(0);
  CHECK_THROWS_WITH(train_detector(s.training),
                    Catch::Contains("is not finite") && Catch::Contains("is the first operation"));
  CHECK_FALSE(nn::checkpoints_in(s.training.options.output / "short" / "checkpoints").empty());
}
