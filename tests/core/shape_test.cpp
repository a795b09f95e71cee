#include "mammo/core/error.hpp"
#include "mammo/core/shape.hpp"

#include <cstdint>
#include <vector>

#include <catch2/catch.hpp>

using namespace mammo;

TEST_CASE("dimensions count from both ends") {
  const Shape shape{2, 3, 5};
  CHECK(shape.rank() == 3);
  CHECK(shape[0] == 2);
  CHECK(shape[-1] == 5);
  CHECK_THROWS_AS(shape[3], ShapeError);
  CHECK_THROWS_WITH(shape[-4], "dimension -4 of [2, 3, 5], expected -3 to 2");
}

TEST_CASE("a shape has eight dimensions at most") {
  Shape shape = Dims::filled(8, 1);
  CHECK_THROWS_AS(shape.push_back(1), ShapeError);
  CHECK_THROWS_AS(Dims(std::vector<std::int64_t>(9, 1)), ShapeError);
}

TEST_CASE("numel counts, and refuses what cannot be counted") {
  CHECK(numel({}) == 1);
  CHECK(numel({2, 3, 4}) == 24);
  CHECK(numel({INT64_MAX, INT64_MAX, 0}) == 0);
  CHECK(numel({INT64_MAX}) == INT64_MAX);
  CHECK_THROWS_AS(numel({INT64_MAX, 2}), ShapeError);
  CHECK_THROWS_WITH(numel({2, -3}), "shape [2, -3] has a negative size");
  CHECK_THROWS_AS(numel({0, INT64_MIN}), ShapeError);
}

TEST_CASE("row-major strides") {
  CHECK(row_major_strides({2, 3, 4}) == Strides{12, 4, 1});
  CHECK(row_major_strides({}) == Strides{});
  CHECK(row_major_strides({5, 1}) == Strides{1, 1});
  // Without elements there is nothing to stride over, but the sizes may be anything.
  CHECK(row_major_strides({0, INT64_MAX, INT64_MAX}).rank() == 3);
}

TEST_CASE("broadcasting follows NumPy's rule") {
  CHECK(broadcast({2, 3}, {3}) == Shape{2, 3});
  CHECK(broadcast({2, 1}, {1, 3}) == Shape{2, 3});
  CHECK(broadcast({}, {4, 5}) == Shape{4, 5});
  CHECK(broadcast({8, 1, 6, 1}, {7, 1, 5}) == Shape{8, 7, 6, 5});
  CHECK(broadcast({1, 0}, {3, 1}) == Shape{3, 0});
  CHECK_THROWS_WITH(broadcast({2, 3}, {2}), "shapes [2, 3] and [2] do not broadcast");
  CHECK_THROWS_AS(broadcast({0}, {2}), ShapeError);
}

TEST_CASE("shapes compare by rank and sizes") {
  CHECK(Shape{2, 3} == Shape{2, 3});
  CHECK_FALSE(Shape{2, 3} == Shape{2, 3, 1});
  CHECK_FALSE(Shape{} == Shape{1});
}
