#include "mammo/image/breast_mask.hpp"
#include "mammo/image/orientation.hpp"
#include "mammo/image/pectoral_muscle.hpp"
#include "mammo/image/preprocessing_steps.hpp"
#include "tests/image/formula_pictures.hpp"

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <string>
#include <vector>

#include <catch2/catch.hpp>

using namespace mammo;
using namespace mammo::image;
using namespace mammo::test;

namespace {

// Whether a pixel belongs to the breast drawn: half an ellipse at the left, 0.6 of the width deep and 0.7 of
// the height high.
bool in_breast(std::int64_t y, std::int64_t x, std::int64_t height, std::int64_t width) {
  const double depth = (static_cast<double>(x) + 0.5) / (0.6 * static_cast<double>(width));
  const double across = (static_cast<double>(y) + 0.5 - 0.5 * static_cast<double>(height)) /
                        (0.35 * static_cast<double>(height));
  return depth * depth + across * across < 1;
}

// Air at 8 to 15, tissue at 90 to 121.
int film_level(std::int64_t y, std::int64_t x, std::int64_t height, std::int64_t width) {
  return in_breast(y, x, height, width) ? 90 + noise_at(y, x) / 8 : 8 + noise_at(y, x) / 32;
}

double breast_iou(const Tensor& mask) {
  const std::int64_t height = mask.size(0);
  const std::int64_t width = mask.size(1);
  double both = 0;
  double either = 0;
  const auto pixels = mask.data<std::uint8_t>();
  for (std::int64_t y = 0; y < height; ++y) {
    for (std::int64_t x = 0; x < width; ++x) {
      const bool found = pixels[static_cast<std::size_t>(y * width + x)] != 0;
      const bool drawn = in_breast(y, x, height, width);
      both += found && drawn ? 1 : 0;
      either += found || drawn ? 1 : 0;
    }
  }
  return both / either;
}

} // namespace

TEST_CASE("a breast is found among labels, a frame, scratches and noise") {
  constexpr std::int64_t height = 960;
  constexpr std::int64_t width = 600;
  const auto spoilt = [](std::int64_t y, std::int64_t x) -> int {
    if (y < 20 || y >= height - 25 || x >= width - 15) return 250;      // a frame
    if (x > 430 && x < 560 && y > 60 && y < 160) return 200;            // a label
    if (std::abs(x - (y / 2 + 100)) < 2) return 240;                    // a scratch, all the way
    if (x > 400 && x < 420 && y > 700 && (y / 12) % 2 == 0) return 180; // letters
    return noise_at(x, y) < 2 ? 255 : film_level(y, x, height, width);  // salt
  };
  const Tensor film = picture(height, width, spoilt);
  for (const BreastEdge edge : {BreastEdge::skin, BreastEdge::tissue}) {
    const BreastMask breast = find_breast_mask(film, 8, {.edge = edge});
    REQUIRE(breast.found);
    // The scratch leaves a stub where it meets the skin.
    CHECK(breast_iou(breast.mask) > 0.96);
    CHECK(breast.chest == Side::left);
    CHECK(breast.background == Approx(11).margin(4));
    CHECK(breast.box.x == 0);
    CHECK(breast.box.right() == Approx(0.6 * width).margin(20));
  }
  const BreastMask mirrored = find_breast_mask(flip_horizontally(film), 8);
  CHECK(mirrored.chest == Side::right);
  CHECK(breast_iou(flip_horizontally(mirrored.mask)) > 0.97);
}

TEST_CASE("a breast mask does not depend on a picture's depth and size") {
  for (const std::int64_t height : {240, 480, 1500}) {
    const std::int64_t width = height * 3 / 5;
    const Tensor film = picture(
        height, width, [&](std::int64_t y, std::int64_t x) { return film_level(y, x, height, width); });
    Tensor deep = Tensor::empty({height, width}, {.dtype = DType::u16});
    std::ranges::transform(film.data<std::uint8_t>(), deep.mutable_data<std::uint16_t>().begin(),
                           [](std::uint8_t value) { return static_cast<std::uint16_t>(value * 257); });
    CAPTURE(height);
    const BreastMask breast = find_breast_mask(film, 8);
    REQUIRE(breast.found);
    CHECK(breast_iou(breast.mask) > 0.97);
    CHECK(breast_iou(find_breast_mask(deep, 16).mask) > 0.97);
  }
}

TEST_CASE("a breast that reaches every side of the picture is kept whole") {
  const auto tissue = [](std::int64_t y, std::int64_t x) { return 70 + noise_at(y, x) / 4; };
  const BreastMask all = find_breast_mask(picture(500, 300, tissue), 8);
  CHECK_FALSE(all.found); // nothing tells tissue without air from air
  CHECK(std::ranges::count(all.mask.data<std::uint8_t>(), 1) == 500 * 300);
  // Air in two corners only.
  const auto corners = [&](std::int64_t y, std::int64_t x) {
    return x + y > 620 || x - y > 120 ? noise_at(y, x) / 40 : tissue(y, x);
  };
  const BreastMask most = find_breast_mask(picture(500, 300, corners), 8);
  REQUIRE(most.found);
  CHECK(most.box == Box{0, 0, 300, 500});
}

TEST_CASE("pictures without a breast have none found, and the mask is all of them") {
  const std::vector<std::pair<std::string, Tensor>> pictures{
      {"1 x 1", even_picture(1, 1, 200)},         {"one row", noise_picture(1, 500)},
      {"one column", noise_picture(500, 1)},      {"all black", even_picture(300, 200, 0)},
      {"all white", even_picture(300, 200, 255)}, {"one value", even_picture(300, 200, 77)},
      {"noise", noise_picture(300, 200)}};
  for (const auto& [name, film] : pictures) {
    CAPTURE(name);
    const BreastMask breast = find_breast_mask(film, 8);
    CHECK_FALSE(breast.found);
    CHECK(breast.mask.shape() == film.shape());
    CHECK(std::ranges::count(breast.mask.data<std::uint8_t>(), 1) == film.numel());
    const PectoralMuscle muscle = find_pectoral_muscle(film, 8, breast.mask);
    CHECK(muscle.mask.shape() == film.shape());
  }
  Preprocessing black{.picture = {even_picture(300, 200, 0), 8}};
  CHECK_THROWS_WITH(take_step("breast", black), Catch::Contains("no part of the picture stands out"));
}

TEST_CASE("a breast mask refuses what is no picture or no option") {
  const Tensor film = noise_picture(20, 20);
  CHECK_THROWS_AS(find_breast_mask(film.reshape({20, 20, 1}), 8), ShapeError);
  CHECK_THROWS_AS(find_breast_mask(Tensor::zeros({20, 20}), 8), TypeError);
  CHECK_THROWS_AS(find_breast_mask(film, 17), ArgumentError);
  CHECK_THROWS_AS(find_breast_mask(film, 8, {.tissue_level = 300}), ArgumentError);
  CHECK_THROWS_AS(find_breast_mask(film, 8, {.widest_frame = 0.6}), ArgumentError);
  CHECK_THROWS_AS(find_pectoral_muscle(film, 8, even_picture(10, 20, 1)), ShapeError);
  CHECK_THROWS_AS(find_pectoral_muscle(film, 0, film), ArgumentError);
}

TEST_CASE("a breast mask of 14,000 x 14,000 pixels", "[slow]") {
  constexpr std::int64_t side = 14'000;
  const BreastMask breast = find_breast_mask(film_picture(side, side, false, 10, 85), 8);
  REQUIRE(breast.found);
  CHECK(breast.chest == Side::right);
  // The ellipse reaches 70 % of the width; a working pixel is 29 of these.
  CHECK(breast.box.width == Approx(0.7 * side).margin(100));
}

TEST_CASE("the pectoral muscle is what a bright corner at the chest wall holds") {
  constexpr std::int64_t height = 960;
  constexpr std::int64_t width = 600;
  // Through (240, 0) and (0, 560).
  const auto in_muscle = [](std::int64_t y, std::int64_t x) { return x / 240.0 + y / 560.0 < 1; };
  const auto level = [&](std::int64_t y, std::int64_t x) {
    if (in_muscle(y, x)) return 170 + noise_at(y, x) / 8;
    return x < 400 && y < 900 ? 90 + noise_at(y, x) / 8 : noise_at(y, x) / 32;
  };
  const Tensor film = picture(height, width, level);
  const BreastMask breast = find_breast_mask(film, 8);
  const PectoralMuscle muscle = find_pectoral_muscle(film, 8, breast.mask);
  REQUIRE(muscle.found);
  double both = 0;
  double either = 0;
  for (std::int64_t y = 0; y < height; ++y) {
    for (std::int64_t x = 0; x < width; ++x) {
      const bool found = muscle.mask.data<std::uint8_t>()[static_cast<std::size_t>(y * width + x)] != 0;
      both += found && in_muscle(y, x) ? 1 : 0;
      either += found || in_muscle(y, x) ? 1 : 0;
    }
  }
  CHECK(both / either > 0.95);
  CHECK(muscle.contrast > 30);

  const auto even = [&](std::int64_t y, std::int64_t x) {
    return x < 400 && y < 900 ? 100 : noise_at(y, x) / 32;
  };
  const Tensor without = picture(height, width, even);
  CHECK_FALSE(find_pectoral_muscle(without, 8, find_breast_mask(without, 8).mask).found);
}

TEST_CASE("the chest wall's side comes from the film's tags, else from the mask") {
  FilmMetadata metadata;
  CHECK_FALSE(chest_side(metadata).has_value());
  metadata.patient_orientation = "A\\FR";
  CHECK(chest_side(metadata) == Side::left);
  metadata.patient_orientation = "P\\FL";
  CHECK(chest_side(metadata) == Side::right);
  CHECK(chest_side(Tensor::from<std::uint8_t>({0, 0, 1, 0, 1, 1}, {2, 3})) == Side::right);
  CHECK(chest_side(Tensor::from<std::uint8_t>({1, 1, 0, 1, 0, 1}, {2, 3})) == Side::left);

  Preprocessing film{.picture = {film_picture(400, 300, false, 10, 85), 8}};
  const Tensor original = film.picture.picture;
  take_step("orient", film);
  CHECK(std::ranges::equal(film.picture.picture.data<std::uint8_t>(),
                           flip_horizontally(original).data<std::uint8_t>()));
  // What the tags say counts more than the picture, and is turned with it.
  film.chest = Side::right;
  take_step("orient", film);
  CHECK(film.chest == Side::left);
  CHECK(std::ranges::equal(film.picture.picture.data<std::uint8_t>(), original.data<std::uint8_t>()));
}

TEST_CASE("the chain normalized keeps the way back to the film's pixels") {
  Preprocessing film{.picture = {film_picture(400, 300, false, 10, 85), 8}};
  const Tensor original = film.picture.picture;
  for (const std::string& step : chain_steps("normalized")) take_step(step, film);
  CHECK(film.picture.bits == 16);
  const Tensor& cut = film.picture.picture;
  REQUIRE(cut.size(0) < 400);
  REQUIRE(cut.size(1) < 300);
  // The cut's pixels are the film's, in another order of columns: brighter where the film is brighter.
  const auto at = [&](std::int64_t y, std::int64_t x) {
    const Point p = film.to_film.apply(Point{static_cast<double>(x) + 0.5, static_cast<double>(y) + 0.5});
    const auto row = static_cast<std::size_t>(std::floor(p.y));
    return original.data<std::uint8_t>()[row * 300 + static_cast<std::size_t>(std::floor(p.x))];
  };
  std::vector<std::vector<std::uint16_t>> levels(256);
  for (std::int64_t y = 0; y < cut.size(0); ++y) {
    for (std::int64_t x = 0; x < cut.size(1); ++x) {
      const auto place = static_cast<std::size_t>(y * cut.size(1) + x);
      if (film.twin.data<std::uint8_t>()[place] == 0) continue;
      levels[at(y, x)].push_back(cut.data<std::uint16_t>()[place]);
    }
  }
  std::uint16_t last = 0;
  for (const std::vector<std::uint16_t>& same : levels) {
    if (same.empty()) continue;
    CHECK(std::ranges::all_of(same, [&](std::uint16_t value) { return value == same.front(); }));
    CHECK(same.front() >= last);
    last = same.front();
  }
}

TEST_CASE("the pectoral muscle is not looked for on a film that says it is a CC view") {
  Preprocessing film{.picture = {film_picture(400, 300, false, 10, 85), 8}, .view = "CC"};
  take_step("skin", film);
  CHECK_THROWS_WITH(take_step("pectoral", film), Catch::Contains("CC view"));
  film.view = "MLO";
  CHECK_NOTHROW(take_step("pectoral", film));
}

TEST_CASE("steps that need a mask say which steps make one") {
  CHECK_NOTHROW(check_steps(chain_steps("normalized")));
  CHECK_NOTHROW(check_steps({"skin", "pectoral", "mask", "crop", "stretch"}));
  CHECK_THROWS_WITH(check_steps({"mask"}), Catch::Contains("without contour or breast or skin before it"));
  CHECK_THROWS_WITH(check_steps({"pectoral"}), Catch::Contains("without breast or skin before it"));
}
