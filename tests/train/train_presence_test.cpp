#include "mammo/core/error.hpp"
#include "mammo/core/file.hpp"
#include "mammo/image/write_png.hpp"
#include "mammo/nn/formula.hpp"
#include "mammo/nn/safetensors.hpp"
#include "mammo/train/second_look.hpp"
#include "mammo/train/train_presence.hpp"
#include "tests/support/files.hpp"

#include <atomic>
#include <cmath>
#include <string>
#include <vector>

#include <catch2/catch.hpp>

using namespace mammo;
using namespace mammo::test;
using namespace mammo::train;

namespace {

constexpr std::int64_t film_height = 120;
constexpr std::int64_t film_width = 90;
const Box mass{20, 30, 24, 24};
const Box cross{24, 80, 24, 24}; // of two vessels: what looks like a mass to the detector

Tensor draw_film(std::uint64_t seed) {
  Generator generator(seed);
  Tensor film = Tensor::empty({film_height, film_width}, {.dtype = DType::u8});
  const auto pixels = film.mutable_data<std::uint8_t>();
  for (std::size_t i = 0; i < pixels.size(); ++i) {
    const std::size_t row = i / film_width;
    const auto y = static_cast<double>(row) + 0.5;
    const auto x = static_cast<double>(i % film_width) + 0.5;
    const auto from = [&](const Box& box) { return Point{x - box.x - 12, y - box.y - 12}; };
    const Point m = from(mass);
    const Point c = from(cross);
    const bool in_mass = std::hypot(m.x, m.y) < 12;
    const bool in_cross = std::hypot(c.x, c.y) < 12 && (std::abs(c.x) < 2 || std::abs(c.y) < 2);
    const double tissue = x < 80 ? 90 : 0;
    pixels[i] = static_cast<std::uint8_t>(tissue + (in_mass || in_cross ? 90 : 0) + generator.uniform(0, 8));
  }
  return film;
}

// Four films of fold 2 and two of fold 1. On each the detector marks the mass, off by a quarter, and, with a
// higher score, the crossing.
struct Setting {
  TemporaryFolder folder;
  PresenceTraining training;

  Setting() {
    for (std::uint64_t seed = 0; seed < 6; ++seed) {
      data::AnnotatedFilm& film = training.films.emplace_back();
      film.id = static_cast<std::int64_t>(seed);
      film.name = std::to_string(seed) + ".png";
      film.path = folder / film.name;
      film.height = film_height;
      film.width = film_width;
      film.fold = seed < 4 ? 2 : 1;
      film.lesions.emplace_back().box = mass;
      image::write_png(film.path, draw_film(seed));
      training.marks.push_back({.image_id = film.id, .box = {26, 30, 24, 24}, .score = 0.4});
      training.marks.push_back({.image_id = film.id, .box = cross, .score = 0.6});
    }
    training.config.name = "small";
    training.config.input.working_height = 120;
    training.config.input.breast = {.blur_sigma = 1, .frame_columns = 1, .frame_rows = 1, .opening = 3};
    training.config.input.size = 32;
    training.config.network = {.depth = 18, .width_factor = 0.125, .input_channels = 1, .num_classes = 5};
    training.recipe.stages = {{{.name = "short",
                                .folds = {2},
                                .choosing_folds = {1},
                                .steps = 12,
                                .batch_size = 4,
                                .rate = 3e-3,
                                .warm_up = 2,
                                .average = 0.5,
                                .measure_every = 6}}};
    training.recipe.stages[0].augmentation = {.flip_left_right = 0.5, .noise = {0, 4}};
    training.options = {.recipe_folder = folder.path(), .output = folder / "out"};
  }

  std::string file(const std::string& name) const {
    return read_text(training.options.output / "short" / name);
  }
};

} // namespace

TEST_CASE("a second look learns to tell masses from what a detector takes for them, and finds their boxes") {
  Setting s;
  s.training.recipe.stages[0].steps = 240;
  s.training.recipe.stages[0].measure_every = 240;
  s.training.recipe.stages[0].average = 0.9;
  const auto records = train_presence(s.training);
  REQUIRE(records.size() == 1);
  CHECK(records[0].measure.at("ap50") == 1); // the crossings alone would leave 0.5
  CHECK(s.file("steps.csv").starts_with("step,presence_loss,box_loss,loss,"));

  models::ResNet network(s.training.config.network);
  network.load_state_dict(nn::SafeTensors(records[0].end).tensors());
  network.eval();
  models::PresenceConfig config = s.training.config;
  config.fusion.box = 1;
  const LesionFilm film = lesion_film(draw_film(9), std::nullopt, config.input);
  const std::vector<Mark> marks{{cross, 0.6}, {{26, 30, 24, 24}, 0.4}};
  const auto confirmed = confirm_marks(network, config, film, marks);
  REQUIRE(confirmed.size() == 2);
  CHECK(confirmed[0].mark == 1);
  CHECK(confirmed[0].presence > confirmed[1].presence);
  CHECK(confirmed[0].score > confirmed[1].score);
  CHECK(iou(confirmed[0].box, mass) > iou(marks[1].box, mass) + 0.1);
}

TEST_CASE("marks that a second look brings together become one, the better") {
  Setting s;
  models::PresenceConfig config = s.training.config;
  config.fusion = {.presence = 0, .box = 0, .nms_threshold = 0.5};
  models::ResNet network(config.network);
  nn::load_by_formula(network);
  network.eval();
  const LesionFilm film = lesion_film(draw_film(1), std::nullopt, config.input);
  const std::vector<Mark> marks{{mass, 0.3}, {{21, 30, 24, 24}, 0.8}, {cross, 0.5}};
  const auto kept = confirm_marks(network, config, film, marks);
  REQUIRE(kept.size() == 2);
  CHECK(kept[0].mark == 1);
  CHECK(kept[0].box == Box{21, 30, 24, 24});
  CHECK(kept[0].score == Approx(0.8));
  CHECK(kept[1].mark == 2);

  config.fusion.least_score = 0.6;
  CHECK(confirm_marks(network, config, film, marks).size() == 1);
  CHECK(confirm_marks(network, config, film, {}).empty());
}

TEST_CASE("marks are judged by the mass that they overlap most, in pixels of the picture") {
  Setting s;
  data::AnnotatedFilm film = s.training.films[0];
  film.height *= 2; // annotations of twice the picture's size
  film.width *= 2;
  film.lesions[0].box = {40, 60, 48, 48};
  film.lesions.push_back(film.lesions[0]);
  film.lesions[1].box = {40, 160, 48, 48};
  film.lesions.push_back(film.lesions[0]);
  film.lesions[2].crowd = true;
  const std::vector<data::CocoResult> marks{{.image_id = 0, .box = {40, 84, 48, 48}, .score = 0.7},
                                            {.image_id = 0, .box = {0, 0, 0, 9}, .score = 0.7},
                                            {.image_id = 5, .box = {40, 60, 48, 48}, .score = 0.7}};
  const MarkedFilms films({&film, 1}, marks, s.training.config.input);
  REQUIRE(films.size() == 1);
  REQUIRE(films[0].lesions.size() == 2);
  REQUIRE(films[0].marks.size() == 1);
  CHECK(films[0].marks[0].box == Box{20, 42, 24, 24});
  CHECK(films[0].marks[0].overlap == Approx(1.0 / 3));
  CHECK(films[0].marks[0].lesion == 0);
}

TEST_CASE("a presence run that is stopped and resumed ends with the bits of one that is not") {
  Setting whole;
  train_presence(whole.training);
  Setting parts;
  std::atomic<bool> stop = false;
  parts.training.options.stop = &stop;
  for (const std::int64_t at : {2, 6, 9}) {
    parts.training.options.report = [&](const TrainingProgress& now) { stop = now.step == at; };
    CHECK(train_presence(parts.training).empty());
    stop = false;
    parts.training.options.resume = true;
  }
  parts.training.options.report = {};
  REQUIRE(train_presence(parts.training).size() == 1);
  const bool resumed = parts.file("weights.safetensors") == whole.file("weights.safetensors");
  CHECK(resumed);

  parts.training.marks.pop_back();
  CHECK_THROWS_WITH(train_presence(parts.training), Catch::Contains("marks.json is of another run"));
}

TEST_CASE("a film without a mass and without a mark is no part of training, and of what is measured") {
  Setting s;
  for (const int fold : {1, 2}) {
    data::AnnotatedFilm normal = s.training.films[0];
    normal.id = 10 + fold;
    normal.fold = fold;
    normal.lesions.clear();
    s.training.films.push_back(normal);
  }
  CHECK(train_presence(s.training).size() == 1);
}

TEST_CASE("a mark that a second look moves off the film is gone") {
  Setting s;
  models::PresenceConfig config = s.training.config;
  config.fusion = {.box = 1};
  models::ResNet network(config.network);
  nn::load_by_formula(network);
  nn::StateDict weights = network.state_dict();
  weights["fc.weight"] = Tensor::zeros(weights.at("fc.weight").shape());
  const std::vector<float> far_left{0, -20, 0, 0, 0};
  weights["fc.bias"] = Tensor::from<float>(far_left, {5});
  network.load_state_dict(weights);
  network.eval();
  const LesionFilm film = lesion_film(draw_film(1), std::nullopt, config.input);
  CHECK(confirm_marks(network, config, film, std::vector<Mark>{{mass, 0.3}}).empty());
}

TEST_CASE("films without a single mark are no ground for a second look") {
  Setting s;
  s.training.marks.clear();
  CHECK_THROWS_WITH(train_presence(s.training), Catch::Contains("no mark is on any of 4 films"));
}

TEST_CASE("a presence recipe is read back from its JSON and refused with its key") {
  const PresenceRecipe recipe = Setting().training.recipe;
  const std::string json = to_json(recipe);
  CHECK(to_json(parse_presence_recipe(json, "recipe.json")) == json);
  CHECK_THROWS_WITH(parse_presence_recipe(R"({"stages": [{"false_iou": 0.6}]})", "r"),
                    Catch::Contains("false_iou is 0.6, expected 0 to 0.5"));
  CHECK_THROWS_WITH(parse_presence_recipe(R"({"stages": [{"loss": {}}]})", "r"),
                    Catch::Contains("unknown key stages[0].loss"));
}
