#include "mammo/image/voi.hpp"
#include "tests/image/film_values.hpp"

#include <limits>
#include <numeric>

#include <catch2/catch.hpp>

using namespace mammo;
using namespace mammo::image;

namespace {

using Values = std::vector<std::int64_t>;

Film film_of(const std::vector<std::uint16_t>& values, int bits) {
  return film_from_pixels(Tensor::from(values, {1, static_cast<std::int64_t>(values.size())}), bits);
}

Values grey_of(const Film& film, const VoiChoice& choice = {}) {
  return test::values_of(render_grey8(film, choice).pixels);
}

Film windowed(VoiFunction function, double center, double width) {
  Film film = film_of({0, 1023, 1024, 2047, 2048, 3071, 3072, 4095}, 12);
  film.windows.push_back({.center = center, .width = width, .function = function, .explanation = ""});
  return film;
}

} // namespace

TEST_CASE("VOI choices are read from text") {
  CHECK(parse_voi_choice("lut").kind == VoiChoice::Kind::lut);
  CHECK(parse_voi_choice("lut").number == 1);
  CHECK(parse_voi_choice("lut:3").number == 3);
  CHECK(parse_voi_choice("window:HARDER").kind == VoiChoice::Kind::window);
  CHECK(parse_voi_choice("window:HARDER").explanation == "HARDER");
  CHECK(parse_voi_choice("lut:a:b").explanation == "a:b");
  CHECK(parse_voi_choice("full").kind == VoiChoice::Kind::full);
  for (const char* wrong : {"", "lut:", "luts", "full:1", "window:0", "lut:99999999999", ":1", "LUT"}) {
    CAPTURE(wrong);
    CHECK_THROWS_AS(parse_voi_choice(wrong), ArgumentError);
  }
}

// PS3.3 C.11.2.1.2.1, for center 2048 and width 4096: (x - 2047.5) / 4095 + 0.5.
TEST_CASE("A linear window reaches both ends of the range") {
  CHECK(grey_of(windowed(VoiFunction::linear, 2048, 4096)) == Values{0, 64, 64, 127, 128, 191, 191, 255});
}

// For center 2048 and width 1 the standard gives a threshold: x <= 2047.5 is black.
TEST_CASE("A linear window of width 1 is a threshold") {
  CHECK(grey_of(windowed(VoiFunction::linear, 2048, 1)) == Values{0, 0, 0, 0, 255, 255, 255, 255});
}

// PS3.3 C.11.2.1.3.2: 2048 is the middle, 0.5 of 255, and rounds up to 128; 1024 and 3072 are the ends.
TEST_CASE("A linear exact window is symmetric about its center") {
  CHECK(grey_of(windowed(VoiFunction::linear_exact, 2048, 2048)) == Values{0, 0, 0, 127, 128, 255, 255, 255});
}

// PS3.3 C.11.2.1.3.1: 255 / (1 + exp(-4 (x - c) / w)); at c - w/2 that is 255 / (1 + e^2) = 30.4, at
// c + w/2 224.6.
TEST_CASE("A sigmoid window follows its formula") {
  CHECK(grey_of(windowed(VoiFunction::sigmoid, 2048, 2048)) == Values{5, 30, 30, 127, 128, 225, 225, 250});
}

TEST_CASE("Full range is the depth, not the values present") {
  CHECK(grey_of(film_of({0, 100, 1023}, 10)) == Values{0, 25, 255});
  CHECK(grey_of(film_of({0, 100, 1023}, 12)) == Values{0, 6, 64});
  const Film film = film_from_pixels(Tensor::from<std::int32_t>({-2048, 0, 2047}, {1, 3}), 12);
  CHECK(grey_of(film) == Values{0, 128, 255});
}

TEST_CASE("Low values are white for MONOCHROME1 and for an inverse presentation, and once for both") {
  Film film = film_of({0, 100, 255}, 8);
  film.photometric = Photometric::monochrome1;
  CHECK(grey_of(film) == Values{255, 155, 0});
  film.presentation_inverse = true;
  CHECK(grey_of(film) == Values{255, 155, 0});
  film.photometric = Photometric::monochrome2;
  CHECK(grey_of(film) == Values{255, 155, 0});
}

TEST_CASE("A LUT clamps to its ends and is scaled by its bits") {
  Film film = film_of({0, 9, 10, 11, 12, 13, 200}, 8);
  film.voi_luts.push_back({.first_mapped = 10, .bits = 10, .values = {0, 341, 682, 1023}, .explanation = ""});
  CHECK(grey_of(film) == Values{0, 0, 0, 85, 170, 255, 255});
}

TEST_CASE("A falling rescale turns the grey scale with it") {
  Film film = film_of({0, 51, 255}, 8);
  film.rescale_slope = -2;
  film.rescale_intercept = 510;
  CHECK(grey_of(film) == Values{255, 204, 0});
}

TEST_CASE("Padding is black whatever the grey scale") {
  Film film = film_of({0, 1, 2, 3, 255}, 8);
  film.photometric = Photometric::monochrome1;
  film.padding = PaddingRange{.low = 1, .high = 2};
  CHECK(grey_of(film) == Values{255, 0, 0, 252, 0});
  film.padding = PaddingRange{.low = std::numeric_limits<std::int64_t>::min(),
                              .high = std::numeric_limits<std::int64_t>::max()};
  CHECK(grey_of(film) == Values{0, 0, 0, 0, 0});
}

TEST_CASE("The default is the first usable LUT, then window, then the full range") {
  Film film = film_of({0, 255}, 8);
  CHECK(render_grey8(film).voi == "full range (8 bits)");
  film.windows.push_back(
      {.center = 100, .width = 0, .function = VoiFunction::linear, .explanation = "BROKEN"});
  CHECK(render_grey8(film).voi == "full range (8 bits)");
  film.windows.push_back(
      {.center = 100, .width = 50, .function = VoiFunction::sigmoid, .explanation = "SOFT"});
  CHECK(render_grey8(film).voi == "window 2 (SOFT), sigmoid, center 100, width 50");
  film.voi_luts.push_back({.first_mapped = 0, .bits = 8, .values = {}, .explanation = "DAMAGED"});
  film.voi_luts.push_back({.first_mapped = 0, .bits = 8, .values = {1, 2}, .explanation = "NORMAL"});
  CHECK(render_grey8(film).voi == "lut 2 (NORMAL)");
}

TEST_CASE("A choice that the film lacks is refused with those it has") {
  Film film = film_of({0, 255}, 8);
  CHECK_THROWS_WITH(render_grey8(film, parse_voi_choice("lut")), "this film has no VOI LUT");
  film.voi_luts.push_back({.first_mapped = 0, .bits = 8, .values = {}, .explanation = "NORMAL"});
  film.voi_luts.push_back({.first_mapped = 0, .bits = 8, .values = {1, 2}, .explanation = "SOFT"});
  CHECK_THROWS_WITH(render_grey8(film, parse_voi_choice("lut:3")),
                    "VOI LUT 3 is not there; this film has 1 (NORMAL), 2 (SOFT)");
  CHECK_THROWS_WITH(render_grey8(film, parse_voi_choice("lut:harder")),
                    Catch::Contains("lut harder is not there", Catch::CaseSensitive::No));
  CHECK_THROWS_WITH(render_grey8(film, parse_voi_choice("lut:1")), "VOI LUT 1 of this film is damaged");
  CHECK(render_grey8(film, parse_voi_choice("lut:soft")).voi == "lut 2 (SOFT)");
}

TEST_CASE("Numbers without sense give some picture, never undefined behaviour") {
  constexpr double huge = std::numeric_limits<double>::max();
  constexpr double nan = std::numeric_limits<double>::quiet_NaN();
  for (const double odd : {huge, -huge, nan, 1e-300, 0.0}) {
    Film film = film_of({0, 1, 255}, 8);
    film.rescale_slope = odd;
    film.rescale_intercept = -odd;
    CHECK_NOTHROW(render_grey8(film));
    film.voi_luts.push_back({.first_mapped = -3, .bits = 8, .values = {1, 2}, .explanation = ""});
    film.windows.push_back({.center = 1, .width = 1e-8, .function = VoiFunction::sigmoid, .explanation = ""});
    CHECK_NOTHROW(render_grey8(film));
    CHECK_NOTHROW(render_grey8(film, parse_voi_choice("window")));
  }
}

TEST_CASE("Films are made from pixels in memory") {
  CHECK(film_of({0, 900}, 0).bits == 10);
  CHECK(film_of({0, 255}, 0).bits == 8);
  CHECK(film_of({0, 65535}, 0).bits == 16);
  CHECK(film_from_pixels(Tensor::from<std::int32_t>({-2048, 5}, {1, 2})).bits == 12);
  CHECK(film_from_pixels(Tensor::from<std::int32_t>({-2049, 5}, {1, 2})).bits == 14);
  CHECK_THROWS_AS(film_of({0, 256}, 8), ArgumentError);
  CHECK_THROWS_AS(film_of({0}, 17), ArgumentError);
  CHECK_THROWS_AS(film_from_pixels(Tensor::from<std::int32_t>({-40000}, {1, 1})), ArgumentError);
  CHECK_THROWS_AS(film_from_pixels(Tensor::zeros({2, 2})), TypeError);
  CHECK_THROWS_AS(film_from_pixels(Tensor::zeros({2, 2, 1}, {.dtype = DType::u8})), ShapeError);
  CHECK_THROWS_AS(film_from_pixels(Tensor::zeros({0, 2}, {.dtype = DType::u8})), ShapeError);
  CHECK_THROWS_AS(film_from_pixels(Tensor()), ShapeError);
}
