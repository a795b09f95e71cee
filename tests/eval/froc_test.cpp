#include "mammo/core/error.hpp"
#include "mammo/eval/froc.hpp"

#include <cmath>
#include <limits>
#include <vector>

#include <catch2/catch.hpp>

using namespace mammo;
using namespace mammo::eval;

namespace {

TruthBox lesion(const Box& box) {
  return {.box = box, .area = box.area()};
}

TruthBox crowd(const Box& box) {
  return {.box = box, .area = box.area(), .crowd = true};
}

FoundBox mark(const Box& box, double score) {
  return {.box = box, .score = score};
}

// Two lesions and a film without any. The first lesion is marked twice, the second off its centre.
const std::vector<ImageBoxes> films = {
    {.truth = {lesion({0, 0, 10, 10}), lesion({100, 0, 10, 10})},
     .found = {mark({0, 0, 10, 10}, 0.9), mark({0, 1, 10, 10}, 0.8), mark({100, 0, 10, 25}, 0.4)}},
    {.truth = {}, .found = {mark({5, 5, 5, 5}, 0.6)}}};

} // namespace

TEST_CASE("A lesion is found once, its second mark is false") {
  const FrocMarks marks(films, LesionRule::iou50);
  CHECK(marks.films() == 2);
  CHECK(marks.lesions() == 2);
  CHECK(marks.lesion_free_films() == 1);
  const FrocCurve curve = marks.curve();
  CHECK(std::isinf(curve.threshold[0]));
  CHECK(std::vector<double>(curve.threshold.begin() + 1, curve.threshold.end()) ==
        std::vector<double>{0.9, 0.8, 0.6, 0.4});
  CHECK(curve.false_marks_per_film == std::vector<double>{0, 0, 0.5, 1, 1.5});
  CHECK(curve.sensitivity == std::vector<double>{0, 0.5, 0.5, 0.5, 0.5}); // the last overlaps by 0.4
}

TEST_CASE("The rules differ in what finds a lesion") {
  CHECK(sensitivity_at(FrocMarks(films, LesionRule::iou50).curve(), 4) == 0.5);
  CHECK(sensitivity_at(FrocMarks(films, LesionRule::iou20).curve(), 4) == 1);
  // The last mark's centre is at y = 12.5, below the lesion.
  CHECK(sensitivity_at(FrocMarks(films, LesionRule::centre).curve(), 4) == 0.5);
  const std::vector<ImageBoxes> inside = {
      {.truth = {lesion({0, 0, 10, 10})}, .found = {mark({9, 9, 2, 2}, 1)}}};
  CHECK(sensitivity_at(FrocMarks(inside, LesionRule::centre).curve(), 0) == 1); // on the corner
  CHECK(sensitivity_at(FrocMarks(inside, LesionRule::iou20).curve(), 1) == 0);
}

TEST_CASE("False marks can be counted on films without lesions alone") {
  const FrocCurve curve = FrocMarks(films, LesionRule::iou50).curve(FalseMarksOn::lesion_free_films);
  CHECK(curve.false_marks_per_film == std::vector<double>{0, 0, 0, 1, 1});
  const std::vector<ImageBoxes> none = {films[0]};
  CHECK_THROWS_AS(FrocMarks(none, LesionRule::iou50).curve(FalseMarksOn::lesion_free_films), ArgumentError);
  const std::vector<ImageBoxes> free = {films[1]};
  CHECK_THROWS_AS(FrocMarks(free, LesionRule::iou50).curve(), ArgumentError);
}

TEST_CASE("A mark takes the lesion that it overlaps most, and a crowd counts neither way") {
  const std::vector<ImageBoxes> close = {
      {.truth = {lesion({0, 0, 10, 10}), lesion({4, 0, 10, 10}), crowd({50, 50, 10, 10})},
       .found = {mark({3, 0, 10, 10}, 0.9), mark({0, 0, 10, 10}, 0.8), mark({50, 50, 10, 10}, 0.7)}}};
  const FrocMarks marks(close, LesionRule::iou50);
  CHECK(marks.lesions() == 2);
  const FrocCurve curve = marks.curve();
  CHECK(curve.sensitivity == std::vector<double>{0, 0.5, 1});
  CHECK(curve.false_marks_per_film == std::vector<double>{0, 0, 0});
}

TEST_CASE("Readings step down to the last point that keeps the limit") {
  const FrocCurve curve{
      .threshold = {9, 3, 2, 1}, .false_marks_per_film = {0, 0, 0.5, 2}, .sensitivity = {0, 0.2, 0.4, 0.9}};
  CHECK(sensitivity_at(curve, 0) == 0.2);
  CHECK(sensitivity_at(curve, 0.49) == 0.2);
  CHECK(sensitivity_at(curve, 0.5) == 0.4);
  CHECK(sensitivity_at(curve, 1.99) == 0.4);
  CHECK(sensitivity_at(curve, 4) == 0.9);
}

TEST_CASE("A weight counts a film's lesions and marks so many times") {
  const FrocMarks marks(films, LesionRule::iou50);
  const FrocCurve curve = marks.curve(FalseMarksOn::all_films, std::vector<double>{1, 3});
  CHECK(curve.false_marks_per_film == std::vector<double>{0, 0, 0.25, 1, 1.25});
  CHECK_THROWS_AS(marks.curve(FalseMarksOn::all_films, std::vector<double>{1}), ArgumentError);
  CHECK_THROWS_AS(marks.curve(FalseMarksOn::all_films, std::vector<double>{0, 1}), ArgumentError);
  auto broken = films;
  broken[0].found[0].score = std::numeric_limits<double>::quiet_NaN();
  CHECK_THROWS_AS(FrocMarks(broken, LesionRule::iou50), ArgumentError);
}
