#include "mammo/image/heat_layer.hpp"
#include "mammo/image/overlay.hpp"

#include <array>
#include <cmath>
#include <limits>

#include <catch2/catch.hpp>

using namespace mammo;
using namespace mammo::image;

namespace {

using Color = std::array<int, 3>;

Color color_at(const Tensor& rgb, std::int64_t y, std::int64_t x) {
  const std::uint8_t* p = rgb.data<std::uint8_t>().data() + (y * rgb.size(1) + x) * 3;
  return {p[0], p[1], p[2]};
}

// CIE L* of an sRGB colour.
double lightness(const std::array<std::uint8_t, 3>& color) {
  const auto linear = [](int value) {
    const double v = value / 255.0;
    return v <= 0.04045 ? v / 12.92 : std::pow((v + 0.055) / 1.055, 2.4);
  };
  const double y = 0.2126729 * linear(color[0]) + 0.7151522 * linear(color[1]) + 0.0721750 * linear(color[2]);
  return y > 216.0 / 24389 ? 116 * std::cbrt(y) - 16 : y * 24389 / 27;
}

Tensor grey_picture(std::int64_t height, std::int64_t width, int level) {
  return Tensor::full({height, width, 3}, level, {.dtype = DType::u8});
}

} // namespace

TEST_CASE("heat colours grow lighter in equal steps, on both sides of 0") {
  for (const double side : {-1.0, 1.0}) {
    for (int i = 0; i <= 20; ++i) {
      INFO(side * i / 20);
      CHECK(lightness(heat_color(side * i / 20)) == Approx(30 + 65 * i / 20.0).margin(1));
    }
    CHECK(heat_color(side * 7) == heat_color(side));
  }
  // Told apart by more than lightness: for the score it is red, against it blue.
  CHECK(heat_color(0.5)[0] > heat_color(0.5)[2] + 50);
  CHECK(heat_color(-0.5)[2] > heat_color(-0.5)[0] + 50);
}

TEST_CASE("a layer of heat covers what is strong and leaves the rest as it was") {
  // The picture is twice as large as the map, which lies over it with its corner at (4, 2).
  Tensor map = Tensor::zeros({3, 4});
  map.mutable_data<float>()[1 * 4 + 2] = 2;
  map.mutable_data<float>()[2 * 4 + 0] = -2;
  const HeatLayer layer{
      .map = map, .to_map = AffineTransform(0.5, 0, -2, 0, 0.5, -1), .full_scale = 2, .opacity = 1};
  Tensor rgb = grey_picture(12, 16, 90);
  draw_heat(rgb, layer, {});
  const Color untouched{90, 90, 90};
  CHECK(color_at(rgb, 0, 0) == untouched);
  CHECK(color_at(rgb, 11, 15) == untouched);
  CHECK(color_at(rgb, 2, 4) == untouched); // the map's first pixel is 0
  // Pixel (1, 2) of the map covers rows 4 and 5, columns 8 and 9 of the picture.
  const Color hot = color_at(rgb, 4, 8);
  CHECK(hot[0] > hot[2]);
  CHECK(color_at(rgb, 5, 9) == hot); // as far from the pixel's middle
  const Color cold = color_at(rgb, 7, 4);
  CHECK(cold[2] > cold[0]);

  Tensor one = grey_picture(3, 4, 90);
  draw_heat(one, {.map = map, .full_scale = 2, .opacity = 1}, {});
  const auto strongest = heat_color(1);
  CHECK(color_at(one, 1, 2) == Color{strongest[0], strongest[1], strongest[2]});
  Tensor half = grey_picture(3, 4, 90);
  draw_heat(half, {.map = map, .full_scale = 2, .opacity = 0.5}, {});
  CHECK(std::abs(color_at(half, 1, 2)[0] - (strongest[0] + 90) / 2) <= 1);
  Tensor none = grey_picture(3, 4, 90);
  draw_heat(none, {.map = map, .full_scale = 2, .opacity = 0}, {});
  CHECK(color_at(none, 1, 2) == untouched);
}

TEST_CASE("an overlay with heat has a colour bar below, and is larger by its line alone") {
  const Tensor film = Tensor::full({800, 480}, 60, {.dtype = DType::u8});
  Tensor map = Tensor::zeros({80, 48});
  map.mutable_data<float>()[40 * 48 + 24] = 1;
  const Tensor plain = draw_overlay(film, {}, {.caption = "a caption"});
  const Tensor heated = draw_overlay(
      film, {},
      {.heat = HeatLayer{.map = map, .to_map = AffineTransform::scaling(0.1, 0.1), .legend = "of it"},
       .caption = "a caption"});
  CHECK(heated.size(1) == 480);
  const std::int64_t line = heated.size(0) - plain.size(0);
  CHECK(line > 5);
  CHECK(line < 40);
  CHECK(color_at(heated, 405, 245) != color_at(plain, 405, 245));
  CHECK(color_at(heated, 100, 100) == Color{60, 60, 60});
  int colored = 0;
  for (std::int64_t x = 0; x < 480; ++x) {
    const Color color = color_at(heated, 800 + line / 2 + 2, x);
    colored += color[0] != color[1] || color[1] != color[2];
  }
  CHECK(colored > 100);
}

TEST_CASE("a layer that cannot be drawn is refused") {
  Tensor rgb = grey_picture(4, 4, 0);
  const Tensor map = Tensor::zeros({2, 2});
  CHECK_THROWS_AS(draw_heat(rgb, {.map = Tensor()}, {}), ShapeError);
  CHECK_THROWS_AS(draw_heat(rgb, {.map = Tensor::zeros({4})}, {}), ShapeError);
  CHECK_THROWS_AS(draw_heat(rgb, {.map = Tensor::zeros({2, 2}, {.dtype = DType::f64})}, {}), TypeError);
  CHECK_THROWS_AS(draw_heat(rgb, {.map = map, .full_scale = 0}, {}), ArgumentError);
  CHECK_THROWS_AS(draw_heat(rgb, {.map = map, .full_scale = NAN}, {}), ArgumentError);
  CHECK_THROWS_AS(draw_heat(rgb, {.map = map, .opacity = 1.5}, {}), ArgumentError);
  Tensor grey = Tensor::zeros({4, 4}, {.dtype = DType::u8});
  CHECK_THROWS_AS(draw_heat(grey, {.map = map}, {}), ShapeError);
}
