#include "mammo/core/error.hpp"
#include "mammo/core/file.hpp"
#include "mammo/core/random.hpp"
#include "mammo/image/write_png.hpp"
#include "mammo/nn/formula.hpp"
#include "mammo/nn/safetensors.hpp"
#include "mammo/ops/autograd.hpp"
#include "mammo/train/detector_films.hpp"
#include "mammo/train/train_density.hpp"
#include "tests/support/files.hpp"

#include <cmath>
#include <set>
#include <string>
#include <vector>

#include <catch2/catch.hpp>

using namespace mammo;
using namespace mammo::train;

namespace fs = std::filesystem;

namespace {

// A half disc of fat with a disc of dense tissue, of which the radius differs from film to film, and a corner
// of muscle: what a network can learn in seconds.
void draw_film(const fs::path& folder, const std::string& name, double radius) {
  constexpr std::int64_t height = 96;
  constexpr std::int64_t width = 48;
  Tensor film = Tensor::zeros({height, width}, {.dtype = DType::u8});
  Tensor labels = Tensor::full({height, width}, 64, {.dtype = DType::u8});
  Generator generator(static_cast<std::uint64_t>(radius * 10));
  for (std::int64_t y = 0; y < height; ++y) {
    for (std::int64_t x = 0; x < width; ++x) {
      const double dx = static_cast<double>(x);
      const double dy = static_cast<double>(y);
      const auto at = static_cast<std::size_t>(y * width + x);
      int grey = 5;
      if (std::hypot(dx, dy - 48) < 40) {
        grey = 90;
        labels.mutable_data<std::uint8_t>()[at] = 128;
        if (std::hypot(dx - 16, dy - 52) < radius) {
          grey = 170;
          labels.mutable_data<std::uint8_t>()[at] = 192;
        }
        if (dx + dy < 24) {
          grey = 230;
          labels.mutable_data<std::uint8_t>()[at] = 255;
        }
      }
      film.mutable_data<std::uint8_t>()[at] = static_cast<std::uint8_t>(grey + generator.uniform(0, 12));
    }
  }
  image::write_png(folder / "images" / (name + ".png"), film);
  image::write_png(folder / "labels" / (name + "_LI.png"), labels);
}

struct Setting {
  test::TemporaryFolder folder;
  DensityTraining training;

  Setting() {
    fs::create_directories(folder / "images");
    fs::create_directories(folder / "labels");
    for (int i = 0; i < 10; ++i)
      draw_film(folder.path(), concat("A_", 1000 + i, "_1.RIGHT_MLO"), 5 + 1.2 * i);
    training.films = data::list_ddsm_tissue(folder.path());
    data::deal_folds(training.films);
    training.config.network = {
        .encoder = {.depth = 18, .width_factor = 0.125, .input_channels = 1, .num_classes = 0},
        .decoder_channels = {16, 16, 16, 16, 8},
        .num_classes = models::tissue_classes};
    training.config.input.working_height = 96;
    training.config.input.breast = {.blur_sigma = 1, .frame_columns = 0, .frame_rows = 0, .opening = 3};
    training.config.input.canvas = {.height = 96, .width = 64, .max_scale = 2};
    training.recipe.stages = {{{.name = "short",
                                .folds = {0, 2, 3, 4},
                                .choosing_folds = {1},
                                .steps = 40,
                                .batch_size = 4,
                                .rate = 1e-2,
                                .warm_up = 5,
                                .average = 0.8,
                                .measure_every = 20},
                               {.dice_weight = 0.5},
                               {.flip_left_right = 0.5, .scale = {0.9, 1.1}, .gain = {0.9, 1.1}}}};
    training.options = {.recipe_folder = folder.path(), .output = folder / "out"};
  }
};

} // namespace

TEST_CASE("folds are dealt by patient, each with films of all volumes") {
  std::vector<data::TissueFilm> films(12);
  for (std::size_t i = 0; i < films.size(); ++i) films[i].patient = concat(i < 6 ? "A_" : "B_", i / 2);
  data::deal_folds(films, 3);
  for (std::size_t i = 0; i < films.size(); ++i) CHECK(films[i].fold == static_cast<int>(i / 2 % 3));
  CHECK_THROWS_AS(data::deal_folds(films, 1), ArgumentError);
}

TEST_CASE("a density model learns tissues, and its record says how well on films it has not seen") {
  Setting s;
  const auto records = train_density(s.training);
  REQUIRE(records.size() == 1);
  CHECK(records[0].chosen);
  CHECK(records[0].measure.at("dice") > 0.8);
  CHECK(records[0].measure.at("absolute_error") < 0.15);

  models::ResNetUNet kept(s.training.config.network);
  kept.load_state_dict(nn::SafeTensors(records[0].end).tensors());
  std::vector<data::TissueFilm> choosing;
  for (const data::TissueFilm& film : s.training.films) {
    if (film.fold == 1) choosing.push_back(film);
  }
  const TissueFilms films(choosing, input_options(s.training.config.input));
  CHECK(measure_density(kept, s.training.config.input, films).dice == records[0].measure.at("dice"));
}

TEST_CASE("density recipes are read back, and nonsense refused") {
  const Setting s;
  const std::string text = to_json(s.training.recipe);
  CHECK(to_json(parse_density_recipe(text, "here")) == text);
  const auto refused = [](const std::string& json, const char* what) {
    CHECK_THROWS_WITH(parse_density_recipe(json, "here"), Catch::Contains("here") && Catch::Contains(what));
  };
  refused(R"({"stages": [{"loss": {"dice_weight": -1}}]})", "dice_weight");
  refused(R"({"stages": [{"augmentation": {"mosaic": 0.5}}]})", "mosaic");
  refused(R"({"stages": [{"colour": 1}]})", "colour");
}

TEST_CASE("the tissue loss is cross entropy and Dice, by hand") {
  // Logits 0: each of four tissues has probability 1/4 in each of two pixels, of which one is dense.
  const Tensor logits = Tensor::zeros({1, 4, 1, 2});
  const Tensor map = Tensor::from<std::uint8_t>({2, 1}, {1, 1, 1, 2});
  const TissueLoss loss = tissue_loss(logits, map, {.dice_weight = 2});
  CHECK(loss.entropy == Approx(std::log(4)));
  CHECK(loss.dice == Approx(1 - (2 * 0.25 + 1) / (0.5 + 1 + 1))); // smoothed by 1
  CHECK(loss.total.item<float>() == Approx(loss.entropy + 2 * loss.dice));
}

TEST_CASE("a film whose labels have another size is refused by name") {
  Setting s;
  image::write_png(s.training.films[3].labels, Tensor::full({4, 4}, 64, {.dtype = DType::u8}));
  CHECK_THROWS_WITH(train_density(s.training), Catch::Contains("A_1003_1.RIGHT_MLO_LI.png"));
}
