#include "mammo/app/analysis_evaluation.hpp"
#include "mammo/app/pathology_evaluation.hpp"
#include "mammo/core/error.hpp"

#include <algorithm>
#include <cmath>
#include <string>
#include <vector>

#include <catch2/catch.hpp>

using namespace mammo;
using namespace mammo::app;

namespace {

double value_of(const std::vector<Figure>& figures, const std::string& name) {
  const auto found = std::ranges::find(figures, name, &Figure::name);
  INFO(name);
  REQUIRE(found != figures.end());
  return found->value;
}

bool has(const std::vector<Figure>& figures, const std::string& name) {
  return std::ranges::find(figures, name, &Figure::name) != figures.end();
}

// Twelve patients, a lesion each, seen on two films but for the last two. Sizes say as much as a coin.
std::vector<ScoredLesion> made_up() {
  std::vector<ScoredLesion> lesions;
  for (int patient = 0; patient < 12; ++patient) {
    const bool malignant = patient % 2 == 1;
    for (int view = 0; view < (patient < 10 ? 2 : 1); ++view) {
      ScoredLesion& lesion = lesions.emplace_back();
      lesion.annotation_id = static_cast<std::int64_t>(lesions.size());
      lesion.patient = "P" + std::to_string(patient);
      lesion.film = lesion.patient + (view == 0 ? "_CC" : "_MLO");
      lesion.lesion = patient < 10 ? lesion.patient + "_1" : "";
      lesion.malignant = malignant;
      lesion.log_size = -3 + 0.1 * (patient / 2);
      lesion.intensity = 100 + 5 * view;
      // Of patients 0 and 1 the first views are the wrong way round, the second ones outweigh them.
      const double sure = view == 0 && patient < 2 ? -1 : 2;
      lesion.logit = malignant ? sure : -sure;
    }
  }
  return lesions;
}

data::DetectionSet films_with(std::vector<std::vector<data::AnnotatedLesion>> lesions) {
  data::DetectionSet set;
  set.categories = {{.id = 0, .name = "Mass"}};
  for (auto& of_film : lesions) {
    data::AnnotatedFilm& film = set.films.emplace_back();
    film.id = static_cast<std::int64_t>(set.films.size());
    film.patient = "P" + std::to_string(film.id);
    film.lesions = std::move(of_film);
  }
  return set;
}

data::AnnotatedLesion lesion_at(const Box& box, data::Pathology pathology) {
  data::AnnotatedLesion lesion;
  lesion.box = box;
  lesion.pathology = pathology;
  return lesion;
}

constexpr eval::BootstrapOptions few{.resamples = 20};

} // namespace

TEST_CASE("figures of pathology are counted by view, by lesion and by pairs of views") {
  const std::vector<ScoredLesion> lesions = made_up();
  const PathologyFigures result = pathology_figures(lesions, {}, std::nullopt, few);
  CHECK(result.views == 22);
  CHECK(result.malignant_views == 11);
  CHECK(result.lesions == 12);
  CHECK(result.lesions_with_two_views == 10);
  CHECK(result.detected_views == 0);
  CHECK(result.patients == 12);
  // 11 x 11 pairs. The malignant one at -1 is below the benign one at +1 and above the ten at -2; the benign
  // one at +1 is below the ten malignant ones at 2: 120 of 121.
  CHECK(value_of(result.figures, "auc") == Approx(120.0 / 121));
  CHECK(value_of(result.figures, "accuracy") == Approx(20.0 / 22));
  CHECK(value_of(result.figures, "sensitivity") == Approx(10.0 / 11));
  CHECK(value_of(result.figures, "specificity") == Approx(10.0 / 11));
  // A lesion's views together are right: (2 - 1) / 2 is on the right side.
  CHECK(value_of(result.figures, "lesion_auc") == 1);
  CHECK(value_of(result.figures, "two_views_accuracy") == 1);
  CHECK(value_of(result.figures, "two_views_single_accuracy") == Approx(18.0 / 20));
  CHECK_FALSE(has(result.figures, "baseline_auc"));
  CHECK_FALSE(has(result.figures, "detected_auc"));
  CHECK(value_of(result.figures, "cross_fitted_brier") < 0.1);
  for (const Figure& figure : result.figures) {
    if (figure.name != "auc") continue;
    REQUIRE(figure.interval);
    CHECK(figure.interval->low <= figure.value);
    CHECK(figure.value <= figure.interval->high);
  }
}

TEST_CASE(
    "a baseline of size and brightness is compared on the same views, and found boxes are counted apart") {
  std::vector<ScoredLesion> lesions = made_up();
  const eval::LogisticModel useless{.intercept = 0, .coefficients = {0, 0}};
  lesions[0].found = FoundLesion{.detection_score = 0.5, .iou = 0.7, .logit = -3}; // benign
  lesions[2].found = FoundLesion{.detection_score = 0.4, .iou = 0.6, .logit = 3};  // malignant
  lesions[4].found = FoundLesion{.detection_score = 0.3, .iou = 0.6, .logit = -3};
  lesions[6].found = FoundLesion{.detection_score = 0.2, .iou = 0.6, .logit = 3};
  const PathologyFigures result = pathology_figures(lesions, {}, useless, few);
  CHECK(value_of(result.figures, "baseline_auc") == 0.5);
  CHECK(value_of(result.figures, "auc_above_baseline") == Approx(120.0 / 121 - 0.5));
  CHECK(result.detected_views == 4);
  CHECK(value_of(result.figures, "detected_auc") == 1);
  CHECK(value_of(result.figures, "detected_true_box_auc") == 0.75); // -1 and 2 against 1 and -2
  CHECK(result.roc.size() == 3);

  const eval::LogisticModel fitted = fit_baseline(lesions);
  CHECK(fitted.coefficients.size() == 2);
  CHECK(std::abs(fitted.coefficients[0]) < 1); // size tells nothing here
}

TEST_CASE("an evaluation of pathology needs both kinds of lesions") {
  std::vector<ScoredLesion> lesions = made_up();
  for (ScoredLesion& lesion : lesions) lesion.malignant = true;
  CHECK_THROWS_AS(pathology_figures(lesions, {}, std::nullopt, few), ArgumentError);
}

TEST_CASE("from end to end a lesion counts where it is found and classified right") {
  using enum data::Pathology;
  const data::DetectionSet set =
      films_with({{lesion_at({0, 0, 10, 10}, malignant)}, {lesion_at({0, 0, 10, 10}, benign)}});
  const std::vector<ScoredRegion> regions{
      {.image_id = 1, .box = {0, 0, 10, 9}, .detection_score = 0.6, .malignancy = 0.9},  // right
      {.image_id = 1, .box = {1, 0, 10, 10}, .detection_score = 0.4, .malignancy = 0.9}, // the same again
      {.image_id = 2,
       .box = {0, 1, 10, 10},
       .detection_score = 0.35,
       .malignancy = 0.7}, // found, wrong class
      {.image_id = 2, .box = {8, 8, 10, 10}, .detection_score = 0.25, .malignancy = 0.1}, // nowhere
  };
  const std::vector<Figure> figures = end_to_end_figures(set, regions, few);
  CHECK(value_of(figures, "found_at_0.2") == 1);
  CHECK(value_of(figures, "correct_at_0.2") == 0.5);
  CHECK(value_of(figures, "false_share_at_0.2") == 0.75); // 1 of 4 regions
  CHECK(value_of(figures, "regions_per_film_at_0.2") == 2);
  CHECK(value_of(figures, "regions_per_film_at_0.3") == 1.5);
  CHECK(value_of(figures, "found_at_0.5") == 0.5);
  CHECK(value_of(figures, "false_share_at_0.5") == 0);
  // Two films: 2.08 regions are the two best, 0.62 is one.
  CHECK(value_of(figures, "threshold_at_1.04_regions") == 0.4);
  CHECK(value_of(figures, "threshold_at_0.31_regions") == 0.6);
  CHECK(value_of(figures, "correct_at_0.31_regions") == 0.5);
}

TEST_CASE("films with a lesion of unknown pathology are left out from end to end") {
  using enum data::Pathology;
  data::DetectionSet set =
      films_with({{lesion_at({0, 0, 10, 10}, malignant)},
                  {lesion_at({0, 0, 10, 10}, benign), lesion_at({20, 0, 5, 5}, benign)}});
  set.films[1].lesions[1].pathology.reset();
  CHECK(with_known_pathology(set).films.size() == 1);
  set.films.erase(set.films.begin());
  CHECK_THROWS_AS(with_known_pathology(set), ArgumentError);
}

TEST_CASE("regions below every threshold that is read need no malignancy") {
  using enum data::Pathology;
  const data::DetectionSet set = films_with({{lesion_at({0, 0, 10, 10}, malignant)}});
  std::vector<data::CocoResult> marks;
  for (const double score : {0.15, 0.9, 0.1, 0.05}) {
    marks.push_back({.image_id = 1, .category_id = 0, .box = {0, 0, 5, 5}, .score = score});
  }
  CHECK(lowest_threshold(set, marks) == 0.15); // the second best: 1.93 regions a film
}
