#include "mammo/core/error.hpp"
#include "mammo/core/random.hpp"
#include "mammo/image/lesion_window.hpp"
#include "mammo/image/level_set.hpp"
#include "mammo/image/mask.hpp"

#include <cmath>
#include <cstdint>
#include <numeric>

#include <catch2/catch.hpp>

using namespace mammo;
using namespace mammo::image;

namespace {

constexpr std::int64_t side = 120;

// A tilted ground with noise, brighter by `contrast` in a shape.
template <class Shape>
Tensor picture_of(double contrast, const Shape& inside) {
  Generator generator(3);
  Tensor picture = Tensor::empty({side, side}, {.dtype = DType::u8});
  std::uint8_t* pixel = picture.mutable_data<std::uint8_t>().data();
  for (std::int64_t y = 0; y < side; ++y) {
    for (std::int64_t x = 0; x < side; ++x) {
      const double ground = 70 + 0.3 * static_cast<double>(x) + 5 * generator.normal();
      *pixel++ = static_cast<std::uint8_t>(std::lround(ground + (inside(y, x) ? contrast : 0)));
    }
  }
  return picture;
}

template <class Shape>
Tensor mask_of(const Shape& inside) {
  Tensor mask = Tensor::empty({side, side}, {.dtype = DType::u8});
  std::uint8_t* pixel = mask.mutable_data<std::uint8_t>().data();
  for (std::int64_t y = 0; y < side; ++y) {
    for (std::int64_t x = 0; x < side; ++x) *pixel++ = inside(y, x) ? 1 : 0;
  }
  return mask;
}

double iou_of(const Tensor& a, const Tensor& b) {
  double both = 0;
  double either = 0;
  for (std::size_t i = 0; i < a.data<std::uint8_t>().size(); ++i) {
    const bool in_a = a.data<std::uint8_t>()[i] != 0;
    const bool in_b = b.data<std::uint8_t>()[i] != 0;
    both += in_a && in_b ? 1 : 0;
    either += in_a || in_b ? 1 : 0;
  }
  return both / either;
}

double pixels_in(const Tensor& mask) {
  const auto values = mask.data<std::uint8_t>();
  return std::accumulate(values.begin(), values.end(), 0.0);
}

// A disc of radius 24 with a quarter cut away: not at all the ellipse of its box.
const auto bitten_disc = [](std::int64_t y, std::int64_t x) {
  return std::hypot(static_cast<double>(y) - 60, static_cast<double>(x) - 60) < 24 && (y < 60 || x < 60);
};

} // namespace

TEST_CASE("a level set follows a bright shape on a tilted ground") {
  const Tensor truth = mask_of(bitten_disc);
  const Tensor picture = picture_of(45, bitten_disc);
  const Tensor found = level_set_outline(picture, mask_extent(truth));
  CHECK(found.shape() == picture.shape());
  CHECK(iou_of(found, truth) > 0.9);
  CHECK(iou_of(ellipse_mask(mask_extent(truth), side, side), truth) < 0.77); // 3/4 of the disc
  // A box that is off moves the outline less than the ellipse.
  const Box off{40, 33, 50, 52};
  CHECK(iou_of(level_set_outline(picture, off), truth) > iou_of(ellipse_mask(off, side, side), truth) + 0.1);
}

TEST_CASE("where the grey values say nothing a level set stays near its ellipse") {
  const Tensor even = Tensor::full({side, side}, 90, {.dtype = DType::u8});
  const Box box{30, 40, 50, 30};
  CHECK(iou_of(level_set_outline(even, box), ellipse_mask(box, side, side)) > 0.93);
}

TEST_CASE("a confined level set stays in its box, and the film's bright frame draws none to it") {
  const Tensor picture = picture_of(60, [](std::int64_t, std::int64_t x) { return x > 50; });
  const Box box{40, 40, 40, 40};
  const Box held = mask_extent(level_set_outline(picture, box, {.confined = true}));
  CHECK(intersection(held, {39, 39, 42, 42}) == held);

  Tensor framed = picture_of(40, bitten_disc);
  for (std::int64_t y = 0; y < side; ++y) {
    for (std::int64_t x = 0; x < 28; ++x)
      framed.mutable_data<std::uint8_t>()[static_cast<std::size_t>(y * side + x)] = 255;
  }
  CHECK(iou_of(level_set_outline(framed, {36, 36, 48, 48}), mask_of(bitten_disc)) > 0.85);
}

TEST_CASE("a level set refuses what it cannot work on") {
  const Tensor picture = Tensor::full({side, side}, 90, {.dtype = DType::u8});
  CHECK_THROWS_AS(level_set_outline(picture, {10, 10, 0, 20}), ArgumentError);
  CHECK_THROWS_AS(level_set_outline(picture, {NAN, 10, 20, 20}), ArgumentError);
  CHECK_THROWS_AS(level_set_outline(picture, {10, 10, 20, 20}, {.levels = {}}), ArgumentError);
  CHECK_THROWS_AS(level_set_outline(picture.to(DType::f32), {10, 10, 20, 20}), TypeError);
}

TEST_CASE("masks: ellipse, extent, main part") {
  const Tensor ellipse = ellipse_mask({10, 20, 60, 40}, side, side);
  CHECK(pixels_in(ellipse) == Approx(M_PI / 4 * 60 * 40).epsilon(0.01));
  CHECK(mask_extent(ellipse) == Box{10, 20, 60, 40});
  CHECK(mask_extent(Tensor::zeros({4, 5}, {.dtype = DType::u8})).area() == 0);

  // A ring shares more with the ellipse than the block in the corner; its hole is filled.
  const Tensor parts = mask_of([](std::int64_t y, std::int64_t x) {
    const double r = std::hypot(static_cast<double>(y) - 40, static_cast<double>(x) - 40);
    return (r > 5 && r < 15) || (y > 80 && x > 80);
  });
  const Tensor disc = mask_of([](std::int64_t y, std::int64_t x) {
    return std::hypot(static_cast<double>(y) - 40, static_cast<double>(x) - 40) < 15;
  });
  CHECK(iou_of(main_part(parts, ellipse), disc) == 1);
  CHECK(pixels_in(main_part(parts, Tensor::zeros({side, side}, {.dtype = DType::u8}))) == 0);
  CHECK_THROWS_AS(main_part(parts, Tensor::zeros({4, 5}, {.dtype = DType::u8})), ShapeError);
}

TEST_CASE("a lesion's window shows its box in the middle, and edge pixels beyond the film") {
  Tensor picture = Tensor::empty({40, 60}, {.dtype = DType::u8});
  for (std::size_t i = 0; i < 40UL * 60; ++i)
    picture.mutable_data<std::uint8_t>()[i] = static_cast<std::uint8_t>(i % 60 * 4);
  const Box box{2, 10, 20, 10};
  const LesionWindow window = lesion_window(picture, box, 2, 64);
  CHECK(window.picture.shape() == Shape{64, 64});
  const Box middle = window.to_window.apply(box);
  CHECK(middle.x == Approx(16));
  CHECK(middle.y == Approx(16));
  CHECK(middle.width == Approx(32));
  CHECK(middle.height == Approx(32));
  // The window's column c lies at x = -8 + (c + 1/2) 40/64 - 1/2 in pixel centres, where the picture is 4 x.
  const auto row = window.picture.select(0, 32).contiguous();
  CHECK(row.data<float>()[32] == Approx(4 * (-8 + 32.5 * 40 / 64 - 0.5)).margin(0.01));
  CHECK(row.data<float>()[0] == 0); // left of the film
  CHECK_THROWS_AS(lesion_window(picture, box, 0.5, 64), ArgumentError);

  Tensor values = Tensor::from<float>({1, 2, 3, 6}, {2, 2});
  standardize(values); // mean 3, deviation sqrt(14 / 4)
  CHECK(values.data<float>()[3] == Approx(3 / std::sqrt(3.5)));
  Tensor even = Tensor::full({2, 2}, 7);
  standardize(even);
  CHECK(even.data<float>()[0] == 0);
}
