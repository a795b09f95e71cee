#include "mammo/core/error.hpp"
#include "mammo/core/file.hpp"
#include "mammo/image/write_png.hpp"
#include "mammo/models/resnet.hpp"
#include "mammo/nn/safetensors.hpp"
#include "mammo/train/train_pathology.hpp"
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

constexpr std::int64_t film_height = 120;
constexpr std::int64_t film_width = 90;
const Box lesion_box{30, 40, 24, 20};

// A breast with a mass that is bright and jagged where it is malignant, dim and round where it is not.
Tensor draw_film(std::uint64_t seed, bool malignant) {
  Generator generator(seed);
  Tensor film = Tensor::empty({film_height, film_width}, {.dtype = DType::u8});
  const auto pixels = film.mutable_data<std::uint8_t>();
  for (std::size_t i = 0; i < pixels.size(); ++i) {
    const std::size_t row = i / film_width;
    const auto y = static_cast<double>(row);
    const auto x = static_cast<double>(i % film_width);
    const double u = (x - lesion_box.x - lesion_box.width / 2) / (lesion_box.width / 2);
    const double v = (y - lesion_box.y - lesion_box.height / 2) / (lesion_box.height / 2);
    const double edge = malignant ? 0.7 + 0.3 * std::sin(9 * std::atan2(v, u)) : 0.9;
    const double tissue = x < 80 ? 90 : 0;
    const double mass = std::hypot(u, v) < edge ? (malignant ? 100 : 40) : 0;
    pixels[i] = static_cast<std::uint8_t>(tissue + mass + generator.uniform(0, 8));
  }
  return film;
}

// Eight films of fold 2 and four of fold 1, half of them malignant.
std::vector<data::AnnotatedFilm> draw_films(const fs::path& folder) {
  std::vector<data::AnnotatedFilm> films;
  for (std::uint64_t seed = 0; seed < 12; ++seed) {
    const bool malignant = seed % 2 == 1;
    data::AnnotatedFilm& film = films.emplace_back();
    film.name = std::to_string(seed) + ".png";
    film.path = folder / film.name;
    film.height = film_height;
    film.width = film_width;
    film.fold = seed < 8 ? 2 : 1;
    film.patient = film.name;
    data::AnnotatedLesion& lesion = film.lesions.emplace_back();
    lesion.box = lesion_box;
    lesion.pathology = malignant ? data::Pathology::malignant : data::Pathology::benign;
    lesion.shape = malignant ? "IRREGULAR-ARCHITECTURAL_DISTORTION" : "OVAL";
    lesion.margins = malignant ? "SPICULATED" : "";
    lesion.assessment = malignant ? 5 : 2;
    image::write_png(film.path, draw_film(seed, malignant));
  }
  return films;
}

models::PathologyConfig small_config() {
  models::PathologyConfig config;
  config.name = "small";
  config.input.working_height = 120;
  config.input.breast = {.blur_sigma = 1, .frame_columns = 1, .frame_rows = 1, .opening = 3};
  config.input.size = 32;
  config.network = {.branch = {.depth = 18, .width_factor = 0.125, .input_channels = 1, .num_classes = 0},
                    .dense_features = {16, 8},
                    .dropout = 0.2,
                    .shape_classes = 8,
                    .margin_classes = 5,
                    .birads_classes = 7};
  config.mirrored = false;
  return config;
}

PathologyRecipe small_recipe() {
  PathologyRecipe recipe;
  recipe.stages = {{{.name = "short",
                     .folds = {2},
                     .choosing_folds = {1},
                     .steps = 12,
                     .batch_size = 4,
                     .rate = 3e-3,
                     .frozen = {"original.conv1.*"},
                     .warm_up = 2,
                     .average = 0.5,
                     .measure_every = 6}}};
  PathologyStage& stage = recipe.stages[0];
  stage.auxiliary = 0.5;
  stage.augmentation = {.flip_left_right = 0.5, .rotation = {-20, 20}, .noise = {0, 4}};
  return recipe;
}

struct Setting {
  TemporaryFolder folder;
  PathologyTraining training{.recipe = small_recipe(),
                             .config = small_config(),
                             .films = draw_films(folder.path()),
                             .options = {.recipe_folder = folder.path(), .output = folder / "out"}};

  std::string file(const std::string& name) const {
    return read_text(training.options.output / "short" / name);
  }
};

} // namespace

TEST_CASE("a pathology model learns to tell jagged masses from round ones, and says how well") {
  Setting s;
  s.training.recipe.stages[0].steps = 60;
  s.training.recipe.stages[0].measure_every = 30;
  const auto records = train_pathology(s.training);
  REQUIRE(records.size() == 1);
  CHECK(records[0].chosen);
  CHECK(records[0].measure.at("auc") == 1);
  CHECK(s.file("steps.csv").starts_with("step,pathology_loss,auxiliary_loss,loss,"));
  CHECK(fs::exists(s.training.options.output / "short" / "auc.png"));

  models::PathologyEnsemble kept(s.training.config.network);
  kept.load_state_dict(nn::SafeTensors(records[0].end).tensors());
  kept.eval();
  const std::vector<data::AnnotatedFilm> choosing(s.training.films.end() - 4, s.training.films.end());
  const LesionCrops lesions(choosing, s.training.config.input);
  const auto logits = malignancy_logits(kept, s.training.config, lesions);
  REQUIRE(logits.size() == 4);
  CHECK(std::min(logits[1], logits[3]) > std::max(logits[0], logits[2]));
}

TEST_CASE("a pathology run that is stopped and resumed ends with the bits of one that is not") {
  Setting whole;
  train_pathology(whole.training);
  Setting parts;
  std::atomic<bool> stop = false;
  parts.training.options.stop = &stop;
  for (const std::int64_t at : {2, 6, 9}) {
    parts.training.options.report = [&](const TrainingProgress& now) { stop = now.step == at; };
    CHECK(train_pathology(parts.training).empty());
    stop = false;
    parts.training.options.resume = true;
  }
  parts.training.options.report = {};
  REQUIRE(train_pathology(parts.training).size() == 1);
  const bool resumed = parts.file("weights.safetensors") == whole.file("weights.safetensors");
  CHECK(resumed);
  CHECK(parts.file("measures.csv") == whole.file("measures.csv"));
}

TEST_CASE("one ResNet's weights start all three branches") {
  Setting s;
  models::ResNetConfig colours = s.training.config.network.branch;
  colours.input_channels = 3;
  models::ResNet branch(colours);
  nn::StateDict weights;
  for (const nn::StateEntry& entry : branch.state()) weights[entry.name] = Tensor::full(entry.shape, 0.01);
  nn::write_safetensors(s.folder / "resnet.safetensors", weights);
  PathologyStage& stage = s.training.recipe.stages[0];
  stage.start.file = "resnet.safetensors";
  stage.frozen = {"original.*", "margin.*", "shape.*"};
  stage.steps = 1;
  const nn::SafeTensors trained(train_pathology(s.training).at(0).end);
  for (const char* name : {"original.conv1.weight", "margin.conv1.weight", "shape.conv1.weight"}) {
    CHECK(trained.tensor(name).data<float>()[0] == Approx(0.03)); // three channels of 0.01
  }
}

TEST_CASE("lesions are cut out with room, their words become targets, and unknown ones are left out") {
  Setting s;
  s.training.films[0].lesions[0].pathology.reset();
  s.training.films[1].lesions.push_back(s.training.films[1].lesions[0]);
  s.training.films[1].lesions[1].crowd = true;
  const LesionCrops lesions(std::span(s.training.films).first(3), s.training.config.input);
  REQUIRE(lesions.size() == 2);
  const LesionTargets& targets = lesions[0].targets;
  CHECK(targets.malignant);
  CHECK(targets.shape == std::vector<float>{0, 0, 0, 1, 1, 0, 0, 0});
  CHECK(targets.margin == std::vector<float>{0, 0, 0, 0, 1});
  CHECK(targets.birads == std::vector<float>{0, 0, 0, 0, 0, 1, 0});
  CHECK(lesions[1].targets.margin == std::vector<float>(5, 0));

  // What training sees of the part is what an analysis sees of the whole film.
  const LesionFilm whole = lesion_film(draw_film(1, true), std::nullopt, s.training.config.input);
  const LesionInput expected = lesion_input(whole, lesion_box, s.training.config.input);
  const LesionInput cut = lesion_input(lesions[0].film, lesions[0].box, s.training.config.input);
  const auto a = expected.image.data<float>();
  const auto b = cut.image.data<float>();
  for (std::size_t i = 0; i < a.size(); ++i) REQUIRE(b[i] == Approx(a[i]).margin(1e-3));
}

TEST_CASE("a lesion's window is square in the film's true proportions, and its mask fills its ellipse") {
  models::LesionInputConfig config;
  config.context = 2;
  config.size = 64;
  // A stretched film: a pixel is half as wide as high, so a box of 40 x 20 pixels is a square.
  Tensor grey = Tensor::zeros({100, 200}, {.dtype = DType::u8});
  const LesionFilm film{.grey = grey, .pixel_aspect = 0.5, .gain = 1};
  const LesionInput input = lesion_input(film, {80, 40, 40, 20}, config);
  CHECK(input.image.shape() == Shape{1, 64, 64});
  double area = 0;
  for (const float value : input.mask.data<float>()) area += static_cast<double>(value);
  CHECK(area == Approx(3.14159265 * 16 * 16).epsilon(0.005)); // a circle of half the window's side
  CHECK(input.mask.data<float>()[32 * 64 + 32] == 1);
  CHECK(input.mask.data<float>()[0] == 0);
  CHECK(input.image.data<float>()[0] == Approx(-114));
  CHECK_THROWS_AS(lesion_input(film, {1, 1, 0, 5}, config), ArgumentError);
}

TEST_CASE("a pathology recipe is read back from its JSON and refused with its key") {
  const PathologyRecipe recipe = small_recipe();
  const std::string json = to_json(recipe);
  CHECK(to_json(parse_pathology_recipe(json, "recipe.json")) == json);
  CHECK_THROWS_WITH(parse_pathology_recipe(R"({"stages": [{"label_smoothing": 2}]})", "r"),
                    Catch::Contains("label_smoothing is 2"));
  CHECK_THROWS_WITH(parse_pathology_recipe(R"({"stages": [{"loss": {}}]})", "r"),
                    Catch::Contains("unknown key stages[0].loss"));
}
