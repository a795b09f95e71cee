#include "mammo/models/anchors.hpp"
#include "tests/models/sampled.hpp"
#include "tests/support/files.hpp"

#include <array>

#include <catch2/catch.hpp>

using namespace mammo;
using models::AnchorConfig;
using models::make_anchors;

namespace {

const AnchorConfig detector{{{24, 30, 38}, {48, 60, 76}, {96, 120, 152}, {192, 241, 305}}, {0.75, 1.0, 1.35}};

} // namespace

TEST_CASE("anchors are torchvision's, to the bit") {
  const nn::SafeTensors golden(test::golden("models/anchors.safetensors"));
  const std::array<Size2d, 4> small{Size2d{16, 12}, {8, 6}, {4, 3}, {2, 2}};
  const Tensor anchors = make_anchors(detector, small, {128, 96});
  CHECK(test::as_doubles(anchors) == test::as_doubles(golden.tensor("detector_small")));

  // The last level's 13 x 7 cells lie 61 rows and 64 columns apart: 800 / 13 and 448 / 7 in whole numbers.
  const std::array<Size2d, 4> film{Size2d{100, 56}, {50, 28}, {25, 14}, {13, 7}};
  test::check_sampled(golden, {{"detector", make_anchors(detector, film, {800, 448})}}, 0);

  const AnchorConfig retinanet{
      {{32, 40, 50}, {64, 80, 101}, {128, 161, 203}, {256, 322, 406}, {512, 645, 812}}, {0.5, 1.0, 2.0}};
  const std::array<Size2d, 5> grids{Size2d{38, 51}, {19, 26}, {10, 13}, {5, 7}, {3, 4}};
  test::check_sampled(golden, {{"retinanet", make_anchors(retinanet, grids, {300, 403})}}, 0);
}

TEST_CASE("anchors of the pooled level lie 61 rows and 64 columns apart") {
  const std::array<Size2d, 4> film{Size2d{100, 56}, {50, 28}, {25, 14}, {13, 7}};
  const Tensor anchors = make_anchors(detector, film, {800, 448});
  REQUIRE(anchors.shape() == Shape({66969, 4}));
  const auto values = anchors.data<float>();
  const auto at = [&](std::size_t row, std::size_t column, std::size_t corner) {
    return values[((5600 + 1400 + 350 + row * 7 + column) * 9) * 4 + corner];
  };
  CHECK(at(1, 0, 1) - at(0, 0, 1) == 61);
  CHECK(at(0, 1, 0) - at(0, 0, 0) == 64);
}

TEST_CASE("anchors that cannot be are refused") {
  const std::array<Size2d, 1> grid{Size2d{2, 2}};
  CHECK_THROWS_AS(models::anchors_per_cell({{}, {1.0}}), ArgumentError);
  CHECK_THROWS_AS(models::anchors_per_cell({{{8}, {8, 9}}, {1.0}}), ArgumentError);
  CHECK_THROWS_AS(models::anchors_per_cell({{{8}}, {}}), ArgumentError);
  CHECK_THROWS_AS(models::anchors_per_cell({{{-8}}, {1.0}}), ArgumentError);
  CHECK_THROWS_AS(models::anchors_per_cell({{{NAN}}, {1.0}}), ArgumentError);
  CHECK_THROWS_AS(make_anchors(detector, grid, {16, 16}), ShapeError);
  CHECK_THROWS_AS(make_anchors({{{8}}, {1.0}}, grid, {1, 16}), ShapeError);
  const std::array<Size2d, 1> empty{Size2d{0, 2}};
  CHECK_THROWS_AS(make_anchors({{{8}}, {1.0}}, empty, {16, 16}), ShapeError);
}
