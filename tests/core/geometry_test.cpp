#include "mammo/core/error.hpp"
#include "mammo/core/geometry.hpp"

#include <algorithm>
#include <cmath>

#include <catch2/catch.hpp>

using namespace mammo;

TEST_CASE("intersection and intersection over union") {
  const Box a{0, 0, 4, 4};
  const Box b{2, 1, 4, 2};
  CHECK(intersection(a, b) == Box{2, 1, 2, 2});
  CHECK(iou(a, b) == Approx(4.0 / 20.0));
  CHECK(iou(a, a) == 1);
  CHECK(iou(a, {4, 0, 4, 4}) == 0);   // edges touch
  CHECK(iou(a, {10, 10, 1, 1}) == 0); // apart
  CHECK(iou({1, 1, 0, 0}, {1, 1, 0, 0}) == 0);
  CHECK(Box{0, 0, -3, -3}.area() == 0);
  CHECK(iou({0, 0, -3, -3}, {-3, -3, 3, 3}) == 0);
}

TEST_CASE("clipping keeps what lies in the picture") {
  CHECK(clip({-2, 3, 5, 10}, 20, 8) == Box{0, 3, 3, 5});
  CHECK(clip({30, 30, 5, 5}, 20, 8).area() == 0);
}

TEST_CASE("a window around a point stays inside the picture") {
  CHECK(window_around({50, 40}, 20, 100, 200) == Box{40, 30, 20, 20});
  CHECK(window_around({50.4, 40.6}, 21, 100, 200) == Box{40, 30, 21, 21}); // from 39.9 and 30.1
  CHECK(window_around({0, 0}, 20, 100, 200) == Box{0, 0, 20, 20});
  CHECK(window_around({200, 100}, 20, 100, 200) == Box{180, 80, 20, 20});
  CHECK(window_around({-1e9, 1e9}, 20, 100, 200) == Box{0, 80, 20, 20});
  CHECK(window_around({50, 10}, 20, 20, 200) == Box{40, 0, 20, 20});
}

TEST_CASE("a picture smaller than the window lies in its middle") {
  CHECK(window_around({3, 60}, 20, 100, 10) == Box{-5, 50, 20, 20});
  CHECK(window_around({3, 60}, 20, 7, 13) == Box{-3, -6, 20, 20});
  CHECK_THROWS_AS(window_around({0, 0}, 0, 10, 10), ArgumentError);
  CHECK_THROWS_AS(window_around({0, 0}, 10, 0, 10), ArgumentError);
  CHECK_THROWS_AS(window_around({0, NAN}, 10, 10, 10), ArgumentError);
}

TEST_CASE("transforms compose and invert") {
  const auto t = AffineTransform::scaling(2, 3).then(AffineTransform::translation(5, -1));
  const Point p = t.apply(Point{1, 1});
  CHECK(p.x == 7);
  CHECK(p.y == 2);
  const AffineTransform sheared(1.5, 0.25, -7, -0.5, 2, 11);
  const Point q = sheared.then(sheared.inverse()).apply(Point{13, -4});
  CHECK(q.x == Approx(13));
  CHECK(q.y == Approx(-4));
  CHECK_THROWS_AS(AffineTransform(1, 2, 0, 2, 4, 0).inverse(), ArgumentError);
  CHECK_THROWS_AS(AffineTransform(NAN, 0, 0, 0, 1, 0).inverse(), ArgumentError);
}

TEST_CASE("a transformed box is the extent of its corners") {
  CHECK(AffineTransform(-1, 0, 100, 0, 1, 0).apply(Box{10, 20, 30, 40}) == Box{60, 20, 30, 40});
  // A quarter turn: x' = -y, y' = x.
  CHECK(AffineTransform(0, -1, 0, 1, 0, 0).apply(Box{1, 2, 3, 4}) == Box{-6, 1, 4, 3});
}

TEST_CASE("tiles cover the picture, stay inside and overlap enough") {
  for (const std::int64_t length : {64, 65, 100, 128, 1000, 4095}) {
    for (const std::int64_t overlap : {0, 1, 16, 63}) {
      const TileGrid grid(length, 64, 64, 64, overlap);
      CHECK(grid.tops.front() == 0);
      CHECK(grid.tops.back() + 64 == length);
      for (std::size_t i = 1; i < grid.tops.size(); ++i) {
        const std::int64_t step = grid.tops[i] - grid.tops[i - 1];
        if (step < 1 || step > 64 - overlap) FAIL_CHECK(length << ' ' << overlap << ' ' << step);
      }
      CHECK(grid.lefts == std::vector<std::int64_t>{0});
    }
  }
}

TEST_CASE("a picture smaller than a tile gets one tile, and odd sizes are refused") {
  const TileGrid grid(10, 20, 64, 32, 8);
  CHECK(grid.tops == std::vector<std::int64_t>{0});
  CHECK(grid.lefts == std::vector<std::int64_t>{0});
  CHECK_THROWS_AS(TileGrid(0, 10, 4, 4, 0), ArgumentError);
  CHECK_THROWS_AS(TileGrid(10, 10, 4, 0, 0), ArgumentError);
  CHECK_THROWS_AS(TileGrid(10, 10, 4, 8, 4), ArgumentError);
  CHECK_THROWS_AS(TileGrid(10, 10, 4, 8, -1), ArgumentError);
}

TEST_CASE("the ellipse in a box keeps close to it where the corners do not") {
  const Box circle{10, 20, 8, 8};
  const auto turned = AffineTransform::translation(-14, -24).then(AffineTransform::rotation(0.7));
  const Box extent = ellipse_extent(turned, circle);
  CHECK(extent.x == Approx(-4));
  CHECK(extent.width == Approx(8));
  CHECK(turned.apply(circle).width > 11);
  // By hand: an ellipse of half axes 4 and 2, turned by 45 degrees, reaches sqrt((16 + 4) / 2).
  const auto eighth = AffineTransform::translation(-4, -2).then(AffineTransform::rotation(std::atan(1.0)));
  CHECK(ellipse_extent(eighth, {0, 0, 8, 4}).width == Approx(2 * std::sqrt(10.0)));
  const auto stretched = AffineTransform::scaling(-2, 3);
  CHECK(ellipse_extent(stretched, {1, 2, 3, 4}) == stretched.apply(Box{1, 2, 3, 4}));
  // Rows count downwards: a quarter turn takes the x axis to the y axis.
  const Point p = AffineTransform::rotation(2 * std::atan(1.0)).apply(Point{1, 0});
  CHECK(p.x == Approx(0).margin(1e-15));
  CHECK(p.y == Approx(1));
}
