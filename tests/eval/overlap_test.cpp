#include "mammo/core/error.hpp"
#include "mammo/eval/overlap.hpp"
#include "tests/eval/recorded.hpp"

#include <cstdint>
#include <vector>

using namespace mammo;
using namespace mammo::eval;
using namespace mammo::test;

namespace {

template <class T>
Tensor picture(const Json& rows) {
  std::vector<T> values;
  for (const Json& row : rows) {
    for (const Json& value : row) values.push_back(value.get<T>());
  }
  const auto height = static_cast<std::int64_t>(rows.size());
  return Tensor::from(values, {height, static_cast<std::int64_t>(rows[0].size())});
}

Tensor mask(const std::vector<std::vector<int>>& rows) {
  return picture<std::uint8_t>(Json(rows));
}

} // namespace

TEST_CASE("Overlaps and distances of two outlines are scikit-learn's and SciPy's") {
  const Json golden = recorded("masks");
  const Tensor truth = picture<std::uint8_t>(golden["truth"]);
  const Tensor found = picture<std::uint8_t>(golden["found"]);
  const Overlap pixels = overlap(truth, found);
  check_close(foreground_iou(pixels), golden["iou"]);
  check_close(two_class_miou(pixels), golden["miou"]);
  check_close(dice(pixels), golden["dice"]);
  const auto distance = edge_distance(truth, found);
  REQUIRE(distance.has_value());
  check_close(distance->hausdorff, golden["hausdorff"]);
  check_close(distance->percentile95, golden["percentile95"]);
  check_close(pixel_auc(truth, picture<float>(golden["map"])), golden["pixel_auc"]);
}

TEST_CASE("Pooled overlap is of the pixels of all lesions, the mean of each") {
  const Tensor small_truth = mask({{1, 0}, {0, 0}});
  const Tensor small_found = mask({{0, 1}, {0, 0}});
  const Tensor large = mask({{1, 1, 1}, {1, 1, 1}});
  Overlap pooled = overlap(small_truth, small_found);
  CHECK(foreground_iou(pooled) == 0);
  pooled += overlap(large, large);
  CHECK(foreground_iou(pooled) == 6.0 / 8);
  CHECK(dice(pooled) == 12.0 / 14);
  CHECK(two_class_miou(pooled) == Approx((6.0 / 8 + 2.0 / 4) / 2));
}

TEST_CASE("Empty masks agree, and have no edge") {
  const Tensor none = mask({{0, 0}});
  const Tensor one = mask({{0, 255}});
  CHECK(foreground_iou(overlap(none, none)) == 1);
  CHECK(dice(overlap(none, none)) == 1);
  CHECK(foreground_iou(overlap(one, one)) == 1);
  CHECK_FALSE(edge_distance(none, one).has_value());
  CHECK_THROWS_AS(pixel_auc(none, Tensor::zeros({1, 2})), ArgumentError);
}

TEST_CASE("Masks of other sizes or types are refused") {
  CHECK_THROWS_AS(overlap(mask({{0, 0}}), mask({{0}, {0}})), ShapeError);
  CHECK_THROWS_AS(overlap(mask({{0, 0}}), Tensor::zeros({1, 2})), TypeError);
  CHECK_THROWS_AS(pixel_auc(mask({{0, 1}}), mask({{0, 1}})), TypeError);
}
