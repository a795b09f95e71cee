#include "mammo/core/error.hpp"
#include "mammo/core/file.hpp"
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
  config.side = 32;
  config.network = {.encoder = {.depth = 18, .width_factor = 0.125, .input_channels = 1, .num_classes = 0},
                    .decoder_channels = {16, 16, 8, 8, 8}};
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
                    OwnOutlines::level_set,
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
      REQUIRE(example.input.shape() == Shape{1, 64, 64});
      // The outline's own box fills the middle 1 / 1.9 of the window.
      const double side = 64 / 1.9;
      CHECK(iou(example.box, {32 - side / 2, 32 - side / 2, side, side}) > 0.85);
      CHECK(share_of(example.mask) > 0.3 / (1.9 * 1.9));
      Generator same(3, i);
      CHECK(std::ranges::equal(windows.get(i, same).input.data<float>(), example.input.data<float>()));
    }
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

TEST_CASE("outlines can be drawn again by another hand, and stay where it draws nothing") {
  const test::TemporaryFolder folder;
  const LesionPatches patches(draw_films(folder.path(), 3));
  const Tensor kept = patches.at(1).mask.clone();
  const LesionPatches redrawn = patches.redrawn([&](const LesionPatches::Patch& patch) {
    const Box box = patch.box == patches.at(1).box ? Box{} : patch.box;
    return image::ellipse_mask(box, patch.picture.size(0), patch.picture.size(1));
  });
  REQUIRE(redrawn.size() == 3);
  CHECK(std::ranges::equal(redrawn.at(1).mask.data<std::uint8_t>(), kept.data<std::uint8_t>()));
  const Tensor ellipse =
      image::ellipse_mask(patches.at(0).box, patches.at(0).picture.size(0), patches.at(0).picture.size(1));
  CHECK(std::ranges::equal(redrawn.at(0).mask.data<std::uint8_t>(), ellipse.data<std::uint8_t>()));
  CHECK_FALSE(std::ranges::equal(patches.at(0).mask.data<std::uint8_t>(), ellipse.data<std::uint8_t>()));
}

TEST_CASE("a second stage learns from outlines that the first one's weights draw") {
  const test::TemporaryFolder folder;
  const auto films = draw_films(folder.path(), 9);
  SegmenterRecipe recipe = small_recipe();
  recipe.stages[0].steps = 5;
  recipe.stages.push_back(recipe.stages[0]);
  recipe.stages[1].name = "again";
  recipe.stages[1].windows.pasted = 0;
  const auto trained = [&](OwnOutlines own, const char* out) {
    recipe.stages[1].own_outlines = own;
    const auto records =
        train_segmenter({.recipe = recipe,
                         .config = small_config(),
                         .films = films,
                         .options = {.recipe_folder = folder.path(), .output = folder / out}});
    return read_text(records.at(1).end);
  };
  const std::string by_network = trained(OwnOutlines::network, "network");
  CHECK(by_network == trained(OwnOutlines::network, "once-more"));
  CHECK(by_network != trained(OwnOutlines::level_set, "level-set"));
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

TEST_CASE("a film's own lesion is measured by the extent of its outline") {
  const test::TemporaryFolder folder;
  const LesionPatches patches(draw_films(folder.path(), 3));
  const auto lesions = boxed_lesions(patches, 2, {.shift = 0.05, .scale = 0}, 5);
  REQUIRE(lesions.size() == 2);
  CHECK(lesions[0].truth == patches.at(0).box);
  CHECK(lesions[0].box != lesions[0].truth);
  CHECK(lesions[0].box.width == Approx(lesions[0].truth.width));
  std::size_t at = 0;
  const Outliner truth = [&](const Tensor& grey, const Box&) {
    return image::ellipse_mask(lesions[at++].truth, grey.size(0), grey.size(1));
  };
  CHECK(mean_box_iou(lesions, truth) > 0.85); // whole pixels
  const Outliner nothing = [](const Tensor& grey, const Box&) {
    return Tensor::zeros(grey.shape(), {.dtype = DType::u8});
  };
  CHECK(mean_box_iou(lesions, nothing) == 0);
}

TEST_CASE("an outline on the picture has a polygon around its mask") {
  models::SegmenterConfig config = small_config();
  models::ResNetUNet network(config.network);
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

TEST_CASE("an outline in an exact box fits it as no single threshold does better") {
  const test::TemporaryFolder folder;
  const models::SegmenterConfig config = small_config();
  models::ResNetUNet network(config.network);
  nn::load_by_formula(network);
  const LesionPatches patches(draw_films(folder.path(), 2));
  const LesionPatches::Patch& patch = patches.at(1);
  const auto fit = [&](const Tensor& mask) { return iou(image::mask_extent(mask), patch.box); };
  const auto fit_above = [&](double threshold) {
    models::SegmenterConfig other = config;
    other.threshold = threshold;
    return fit(mask_on(outline_lesion(network, other, patch.picture, patch.box), patch.picture.size(0),
                       patch.picture.size(1)));
  };
  double best = 0;
  for (int i = 4; i <= 16; ++i) best = std::max(best, fit_above(0.05 * i));
  REQUIRE(best > fit_above(0.5) + 0.1); // so that the choice matters
  // The fit is found in the window, whose pixels are others.
  CHECK(fit(boxed_outline(network, config, patch.picture, patch.box)) == Approx(best).margin(0.05));
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
  refused(R"({"stages": [{"own_outlines": "people"}]})", "own_outlines");
  refused(R"({"stages": [{"own_outlines": "network"}]})", "weights that draw");
  refused(R"({"stages": [{"own_outlines": "network", "start": {"file": "a", "prefix": "encoder."}}]})",
          "weights that draw");
  CHECK_NOTHROW(parse_segmenter_recipe(
      R"({"stages": [{"name": "a"}, {"name": "b", "own_outlines": "network"}]})", "here"));
}
