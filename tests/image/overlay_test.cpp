#include "image/label_layout.hpp"
#include "image/lettering.hpp"
#include "mammo/image/overlay.hpp"
#include "tests/image/formula_pictures.hpp"

#include <array>
#include <limits>
#include <vector>

#include <catch2/catch.hpp>

using namespace mammo;
using namespace mammo::image;
using namespace mammo::test;

namespace {

std::array<int, 3> color_at(const Tensor& rgb, std::int64_t y, std::int64_t x) {
  const std::uint8_t* p = rgb.data<std::uint8_t>().data() + (y * rgb.size(1) + x) * 3;
  return {p[0], p[1], p[2]};
}

bool is_grey(const std::array<int, 3>& c) {
  return c[0] == c[1] && c[1] == c[2];
}

int lightness(const std::array<int, 3>& c) {
  return (299 * c[0] + 587 * c[1] + 114 * c[2]) / 1000;
}

// Pixels of a row that are coloured, between two columns.
int colored_in_row(const Tensor& rgb, std::int64_t y, std::int64_t x0, std::int64_t x1) {
  int count = 0;
  for (std::int64_t x = x0; x < x1; ++x) count += is_grey(color_at(rgb, y, x)) ? 0 : 1;
  return count;
}

bool inside(const PixelRect& r, int width, int height) {
  return r.x >= 0 && r.y >= 0 && r.right() <= width && r.bottom() <= height;
}

} // namespace

TEST_CASE("an overlay is the film, a strip below it, and at most 2048 pixels high") {
  const Tensor small = film_picture(800, 480, true, 10, 90);
  const Tensor shown = draw_overlay(small, {});
  CHECK(shown.size(1) == 480);
  CHECK(shown.size(2) == 3);
  REQUIRE(shown.size(0) > 800);
  CHECK(shown.size(0) < 900);
  bool same = true;
  for (std::int64_t i = 0; i < 800 * 480; ++i) {
    const int grey = small.data<std::uint8_t>()[static_cast<std::size_t>(i)];
    same = same && color_at(shown, i / 480, i % 480) == std::array{grey, grey, grey};
  }
  CHECK(same);

  const Tensor large = film_picture(3062, 2394, true, 10, 90);
  const Tensor scaled = draw_overlay(large, {});
  CHECK(scaled.size(0) <= 2048);
  CHECK(scaled.size(0) > 2000);
  const Tensor full = draw_overlay(large, {}, {.full_size = true});
  CHECK(full.size(1) == 2394);
  CHECK(full.size(0) > 3062);
}

TEST_CASE("a tiny film is enlarged by a whole number, unless full size is asked for") {
  const Tensor tiny = film_picture(200, 120, true, 10, 90);
  CHECK(draw_overlay(tiny, {}).size(1) == 360);
  CHECK(draw_overlay(tiny, {}, {.full_size = true}).size(1) == 120);
}

TEST_CASE("a box is drawn around its lesion and not over it") {
  // Scaled by 1/2: 1600 is more than 1000.
  const Tensor film = even_picture(1600, 1200, 100);
  const std::vector<Marking> markings{{{400, 600, 200, 300}, 0.9, "mass"}};
  for (const bool full : {true, false}) {
    const Tensor shown = draw_overlay(film, markings, {.full_size = full, .max_height = 1000});
    const double scale = static_cast<double>(shown.size(1)) / 1200;
    const auto left = static_cast<std::int64_t>(400 * scale);
    const auto right = static_cast<std::int64_t>(600 * scale);
    const auto middle = static_cast<std::int64_t>(750 * scale);
    // Walking outwards from the lesion, colour comes right after its edge.
    CHECK(colored_in_row(shown, middle, left + 2, right - 2) == 0);
    CHECK(colored_in_row(shown, middle, left - 12, left + 2) >= 2);
    CHECK(colored_in_row(shown, middle, right - 2, right + 12) >= 2);
    bool untouched = true;
    for (auto y = static_cast<std::int64_t>(600 * scale) + 2; y < static_cast<std::int64_t>(900 * scale) - 2;
         ++y) {
      for (std::int64_t x = left + 2; x < right - 2; ++x) {
        untouched = untouched && color_at(shown, y, x) == std::array{100, 100, 100};
      }
    }
    CHECK(untouched);
  }
}

TEST_CASE("a stronger score gives a darker and thicker line") {
  const Tensor film = even_picture(1000, 600, 60);
  int last_lightness = 256;
  int last_width = 0;
  for (const double score : {0.1, 0.25, 0.4, 0.6}) {
    const std::vector<Marking> markings{{{200, 400, 150, 150}, score, ""}};
    const Tensor shown = draw_overlay(film, markings, {.threshold = 0.1});
    int width = 0;
    int light = 0;
    for (std::int64_t x = 185; x < 203; ++x) {
      const auto color = color_at(shown, 475, x);
      if (is_grey(color)) continue;
      ++width;
      light = lightness(color);
    }
    CAPTURE(score);
    REQUIRE(width > 0);
    CHECK(light < last_lightness);
    CHECK(width >= last_width);
    last_lightness = light;
    last_width = width;
  }
  CHECK(last_width >= 3);
}

TEST_CASE("labels never cover each other and stay inside, in any crowd") {
  for (const int count : {1, 8, 30, 120}) {
    std::vector<LabelRequest> requests;
    for (int i = 0; i < count; ++i) {
      const PixelRect box{noise_at(i, 1) * 440 / 256 - 20, noise_at(i, 2) * 760 / 256 - 20,
                          10 + noise_at(i, 3) / 3, 10 + noise_at(i, 4) / 3};
      requests.push_back({box, 90 + noise_at(i, 5) / 16, 24});
    }
    const auto places = place_labels(requests, 480, 800, 3);
    REQUIRE(places.size() == requests.size());
    int placed = 0;
    for (std::size_t i = 0; i < places.size(); ++i) {
      if (!places[i]) continue;
      ++placed;
      CHECK(inside(*places[i], 480, 800));
      for (std::size_t j = 0; j < i; ++j) {
        if (places[j]) CHECK(common_area(*places[i], *places[j]) == 0);
      }
    }
    CHECK(placed >= std::min(count, 60));
  }
}

TEST_CASE("a lone label is beside its box wherever that lies") {
  for (const PixelRect& box :
       {PixelRect{200, 300, 80, 60}, PixelRect{0, 0, 80, 60}, PixelRect{400, 740, 80, 60},
        PixelRect{0, 740, 80, 60}, PixelRect{400, 0, 80, 60}, PixelRect{0, 0, 480, 60}}) {
    const std::vector<LabelRequest> requests{{box, 120, 25}};
    const auto places = place_labels(requests, 480, 800, 3);
    REQUIRE(places[0]);
    CAPTURE(box.x, box.y, places[0]->x, places[0]->y);
    CHECK(inside(*places[0], 480, 800));
    CHECK(common_area(*places[0], box) == 0);
    const PixelRect near{box.x - 5, box.y - 5, box.width + 10, box.height + 10};
    CHECK(common_area(*places[0], near) > 0);
  }
  // A box that is the whole picture has its label inside; a label larger than the picture has no place.
  CHECK(place_labels(std::vector<LabelRequest>{{{0, 0, 480, 800}, 120, 25}}, 480, 800, 3)[0]);
  CHECK_FALSE(place_labels(std::vector<LabelRequest>{{{5, 5, 10, 10}, 120, 25}}, 100, 800, 3)[0]);
}

TEST_CASE("the strip says what is passed to it") {
  const Tensor film = even_picture(800, 480, 50);
  const Tensor plain = draw_overlay(film, {}, {.notice = ""});
  const Tensor noted = draw_overlay(
      film, {},
      {.notice = "",
       .not_assessed = "masses only; calcifications, asymmetries and distortions are not assessed"});
  CHECK(noted.size(0) > plain.size(0));
  const auto strip = [&](const Tensor& shown) {
    const auto data = shown.data<std::uint8_t>();
    return std::vector<std::uint8_t>(data.begin() + 800 * 480 * 3, data.end());
  };
  CHECK(strip(draw_overlay(film, {}, {.threshold = 0.3})) !=
        strip(draw_overlay(film, {}, {.threshold = 0.4})));
  CHECK(strip(draw_overlay(film, {}, {.laterality = "L"})) !=
        strip(draw_overlay(film, {}, {.laterality = "R"})));
  CHECK(strip(draw_overlay(film, {}, {.view = "CC"})) != strip(draw_overlay(film, {}, {.view = "MLO"})));
  // Words are broken into lines that fit.
  const Lettering lettering(12);
  const auto lines = lettering.wrapped("research software, not a medical device", 150);
  CHECK(lines.size() > 1);
  for (const std::string& line : lines) CHECK(lettering.width(line) <= 150);
}

TEST_CASE("overlays take odd films, boxes and texts") {
  for (const Tensor& film : {even_picture(1, 1, 9), even_picture(1, 500, 9), even_picture(500, 1, 9),
                             even_picture(64, 64, 255), even_picture(6000, 20, 9)}) {
    CAPTURE(film.shape());
    const std::vector<Marking> markings{{{0, 0, 1, 1}, 0.5, "mass"}, {{-50, -50, 2000, 2000}, 1.0, ""}};
    const Tensor shown = draw_overlay(film, markings);
    CHECK(shown.size(0) <= 2048);
    CHECK_NOTHROW(draw_overlay(film, markings, {.full_size = true}));
  }
  const Tensor film = even_picture(300, 200, 9);
  const std::vector<Marking> outside{{{500, 500, 20, 20}, 0.5, "mass"},
                                     {{-90, -90, 20, 20}, 0.5, "mass"},
                                     {{1e300, 0, 1e300, 5}, 0.5, "mass"}};
  CHECK_NOTHROW(draw_overlay(film, outside));
  const std::vector<Marking> foreign{{{50, 50, 20, 20}, 0.5, "Verdichtung \xc3\xa4\n\x01"}};
  CHECK_NOTHROW(draw_overlay(film, foreign));
  CHECK(printable("Verdichtung \xc3\xa4\n") == "Verdichtung ??");
  const double nan = std::numeric_limits<double>::quiet_NaN();
  for (const Marking& bad :
       {Marking{{nan, 0, 1, 1}, 0.5, ""}, Marking{{0, 0, -1, 1}, 0.5, ""}, Marking{{0, 0, 1, 1}, nan, ""}}) {
    CHECK_THROWS_AS(draw_overlay(film, std::vector<Marking>{bad}), ArgumentError);
  }
  CHECK_THROWS_AS(draw_overlay(film, {}, {.max_height = 10}), ArgumentError);
  CHECK_THROWS_AS(draw_overlay(Tensor::zeros({4, 4}), {}), TypeError);
}

TEST_CASE("outlines and areas are drawn over the film, areas in blue and beneath") {
  const Tensor film = Tensor::full({700, 420}, 100, {.dtype = DType::u8});
  const std::vector<Point> square{{100, 100}, {200, 100}, {200, 200}, {100, 200}};
  const std::vector<Point> around{{40, 40}, {380, 40}, {380, 660}, {40, 660}};
  const Marking mass{{90, 90, 120, 120}, 0.9, "", "", square};
  const Tensor plain = draw_overlay(film, std::array{Marking{mass.box, mass.score, "", ""}});
  const Tensor shown = draw_overlay(film, std::array{mass}, {.areas = {around}, .areas_note = "blue: dense"});
  const auto on_outline = color_at(shown, 150, 200); // the outline's right edge
  CHECK_FALSE(is_grey(on_outline));
  CHECK(on_outline[0] > on_outline[2]); // the mark's orange
  CHECK(is_grey(color_at(plain, 150, 200)));
  const auto on_area = color_at(shown, 400, 380);
  CHECK(on_area[2] > on_area[0]); // blue
  CHECK(shown.size(0) >= plain.size(0));
}
