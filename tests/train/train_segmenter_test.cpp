#include "mammo/core/error.hpp"
#include "mammo/data/phantom.hpp"
#include "mammo/image/level_set.hpp"
#include "mammo/image/mask.hpp"
#include "mammo/image/voi.hpp"
#include "mammo/image/write_png.hpp"
#include "mammo/nn/formula.hpp"
#include "mammo/train/train_segmenter.hpp"
#include "tests/support/files.hpp"

#include <algorithm>
#include <cmath>
#include <string>
#include <vector>

#include <catch2/catch.hpp>

using namespace mammo;
using namespace mammo::train;

namespace fs = std::filesystem;

namespace {

std::vector<data::AnnotatedFilm> draw_films(const fs::path& folder, std::uint64_t count) {
  std::vector<data::AnnotatedFilm> films;
  for (std::uint64_t seed = 0; seed < count; ++seed) {
    const data::PhantomFilm drawn =
        data::make_phantom_film({.seed = seed, .lesions = 1, .height = 320, .width = 240},
                                data::Laterality::left, data::Projection::cc);
    data::AnnotatedFilm film;
    film.id = static_cast<std::int64_t>(seed);
    film.name = std::to_string(seed) + ".png";
    film.path = folder / film.name;
    film.height = drawn.pixels.size(0);
    film.width = drawn.pixels.size(1);
    film.fold = seed % 3 == 0 ? 1 : 2;
    for (const data::PhantomMass& mass : drawn.masses) film.lesions.emplace_back().box = mass.box;
    image::Film picture;
    picture.stored = drawn.pixels;
    picture.bits = drawn.bits;
    image::write_png(film.path, image::render_grey8(picture).pixels);
    films.push_back(std::move(film));
  }
  return films;
}

models::SegmenterConfig small_config() {
  models::SegmenterConfig config;
  config.network = {.input_channels = models::segmenter_channels,
                    .height = 32,
                    .width = 32,
                    .channels = {8, 8, 16},
                    .layers = 1,
                    .heads = 2,
                    .features = 16,
                    .head_features = 8,
                    .mlp_features = 16,
                    .output_dropout = 0.1};
  return config;
}

SegmenterRecipe small_recipe() {
  SegmenterRecipe recipe;
  recipe.stages = {{{.name = "short",
                     .folds = {2},
                     .choosing_folds = {1},
                     .steps = 30,
                     .batch_size = 4,
                     .rate = 1e-2,
                     .warm_up = 5,
                     .average = 0.8,
                     .measure_every = 30},
                    {},
                    {.pasted = 0.5}}};
  return recipe;
}

double share_of(const Tensor& mask) {
  const auto pixels = mask.data<std::uint8_t>();
  return static_cast<double>(std::ranges::count(pixels, std::uint8_t{1})) /
         static_cast<double>(pixels.size());
}

} // namespace

TEST_CASE("windows show a lesion's outline in the middle, alike for one seed") {
  const test::TemporaryFolder folder;
  const LesionPatches patches(draw_films(folder.path(), 4));
  REQUIRE(patches.size() == 4);
  for (const double pasted : {0.0, 1.0}) {
    const LesionWindows windows(patches, {.side = 64, .pasted = pasted, .jitter = {.shift = 0, .scale = 0}});
    for (std::size_t i = 0; i < windows.size(); ++i) {
      Generator generator(3, i);
      const LesionExample example = windows.get(i, generator);
      REQUIRE(example.input.shape() == Shape{3, 64, 64});
      // The outline's own box fills the middle 1 / 1.9 of the window.
      const double side = 64 / 1.9;
      CHECK(iou(example.box, {32 - side / 2, 32 - side / 2, side, side}) > 0.85);
      CHECK(share_of(example.mask) > 0.3 / (1.9 * 1.9));
      Generator same(3, i);
      CHECK(std::ranges::equal(windows.get(i, same).input.data<float>(), example.input.data<float>()));
    }
  }
}

TEST_CASE("a segmenter is shown the picture, the box and a level set") {
  Tensor window = Tensor::full({64, 64}, 80);
  for (std::int64_t y = 24; y < 40; ++y) {
    for (std::int64_t x = 26; x < 38; ++x)
      window.mutable_data<float>()[static_cast<std::size_t>(y * 64 + x)] = 150;
  }
  const Tensor input = segmenter_input(window, 2);
  const auto at = [&](std::int64_t channel, std::int64_t y, std::int64_t x) {
    return input.data<float>()[static_cast<std::size_t>((channel * 64 + y) * 64 + x)];
  };
  CHECK(at(0, 32, 32) > 1);
  CHECK(at(0, 10, 10) < 0);
  // The box is 32 pixels wide: r = 0.5 / 16 beside the middle, 0.5 + 16 pixels to the right 16.5 / 16.
  CHECK(at(1, 32, 32) == Approx(1 - 2 * 0.5 * 0.5 / 256));
  CHECK(at(1, 32, 48) == Approx(1 - (16.5 * 16.5 + 0.25) / 256));
  CHECK(at(1, 0, 0) == -3);
  CHECK(at(2, 32, 32) == 1);
  CHECK(at(2, 5, 5) == -1);
  const Tensor mask = image::level_set_outline(window.to(DType::u8), {16, 16, 32, 32});
  for (std::int64_t i = 0; i < 64; ++i) {
    CHECK((at(2, 32, i) > 0) == (mask.data<std::uint8_t>()[static_cast<std::size_t>(32 * 64 + i)] != 0));
  }
}

TEST_CASE("boxes are off by no more than told") {
  Generator generator(1);
  const Box box{10, 20, 40, 30};
  CHECK(jittered(box, {.shift = 0, .scale = 0}, generator) == box);
  for (int i = 0; i < 100; ++i) {
    const Box off = jittered(box, {.shift = 0.1, .scale = 0.2}, generator);
    CHECK(std::abs(off.x + off.width / 2 - 30) <= 4);
    CHECK(std::abs(off.y + off.height / 2 - 35) <= 3);
    CHECK(std::abs(std::log(off.width / 40)) <= 0.2);
    CHECK(std::abs(std::log(off.height / 30)) <= 0.2);
  }
}

TEST_CASE("a segmenter learns, and is chosen by lesions of which every pixel is known") {
  const test::TemporaryFolder folder;
  const auto records =
      train_segmenter({.recipe = small_recipe(),
                       .config = small_config(),
                       .films = draw_films(folder.path(), 9),
                       .options = {.recipe_folder = folder.path(), .output = folder / "out"}});
  REQUIRE(records.size() == 1);
  CHECK(records[0].chosen);
  CHECK(records[0].measure.at("iou") > 0.4);
  CHECK(records[0].measure.at("iou_ellipse") > 0.5);
  CHECK(records[0].measure.at("iou_level_set") > 0.5);
}

TEST_CASE("pasted lesions are always the same, and outlines of them are measured") {
  const test::TemporaryFolder folder;
  const LesionPatches patches(draw_films(folder.path(), 6));
  const auto lesions = pasted_lesions(patches, 4, {}, 5);
  REQUIRE(lesions.size() == 4);
  const auto again = pasted_lesions(patches, 4, {}, 5);
  CHECK(std::ranges::equal(lesions[2].picture.data<std::uint8_t>(), again[2].picture.data<std::uint8_t>()));
  CHECK(lesions[2].box == again[2].box);
  std::size_t at = 0;
  const Outliner truth = [&](const Tensor&, const Box&) { return lesions[at++].mask; };
  CHECK(mean_iou(lesions, truth) == 1);
}

TEST_CASE("an outline on the picture has a polygon around its mask") {
  models::SegmenterConfig config = small_config();
  models::TransResUNet network(config.network);
  nn::load_by_formula(network);
  Generator generator(1);
  const Tensor grey = random_uniform({80, 100}, 60, 200, generator).to(DType::u8);
  const Box box{30, 20, 40, 40};
  // A threshold between its probabilities, so that there is something on both sides.
  LesionOutline outline = outline_lesion(network, config, grey, box);
  std::vector<float> p(outline.probabilities.data<float>().begin(),
                       outline.probabilities.data<float>().end());
  std::ranges::nth_element(p, p.begin() + 512);
  config.threshold = p[512];
  outline = outline_lesion(network, config, grey, box);
  const Tensor mask = mask_on(outline, 80, 100);
  const Box extent = image::mask_extent(mask);
  REQUIRE(extent.area() > 0);
  const Box window{box.x - 0.45 * box.width, box.y - 0.45 * box.height, 1.9 * box.width, 1.9 * box.height};
  CHECK(intersection(extent, {window.x - 1, window.y - 1, window.width + 2, window.height + 2}) == extent);
  const auto polygon = polygon_of(outline);
  REQUIRE(polygon.size() >= 3);
  for (const Point& point : polygon) {
    CHECK(point.x > extent.x - 2);
    CHECK(point.x < extent.right() + 2);
    CHECK(point.y > extent.y - 2);
    CHECK(point.y < extent.bottom() + 2);
  }
}

TEST_CASE("segmenter recipes are read back, and nonsense refused") {
  const std::string text = to_json(small_recipe());
  CHECK(to_json(parse_segmenter_recipe(text, "here")) == text);
  const auto refused = [](const std::string& json, const char* what) {
    CHECK_THROWS_WITH(parse_segmenter_recipe(json, "here"), Catch::Contains("here") && Catch::Contains(what));
  };
  refused(R"({"stages": [{"windows": {"pasted": 1.5}}]})", "pasted");
  refused(R"({"stages": [{"windows": {"jitter": {"shift": 0.9}}}]})", "shift");
  refused(R"({"stages": [{"loss": {"dice_weight": -1}}]})", "dice_weight");
}
