#include "mammo/app/pathology_evaluation.hpp"
#include "mammo/app/reader_figures.hpp"
#include "mammo/core/error.hpp"
#include "mammo/eval/calibration.hpp"
#include "mammo/eval/delong.hpp"
#include "mammo/eval/pr.hpp"

#include <algorithm>
#include <array>
#include <limits>
#include <map>
#include <set>
#include <string_view>

namespace mammo::app {
namespace {

using Calibration = models::ScoreCalibration;

/// One row of the table: cases with their patients.
struct Row {
  ReaderScores scores;

  void add(double score, bool malignant, const std::string& patient) {
    scores.cases.push_back({.score = score, .positive = malignant});
    scores.clusters.push_back(patient);
  }
  std::size_t size() const { return scores.cases.size(); }
  /// Two patients of each kind: fewer have no variance.
  bool says_something() const {
    std::set<std::string> malignant;
    std::set<std::string> benign;
    for (std::size_t i = 0; i < size(); ++i) {
      (scores.cases[i].positive ? malignant : benign).insert(scores.clusters[i]);
    }
    return malignant.size() >= 2 && benign.size() >= 2;
  }
};

Row views_of(std::span<const ScoredLesion> lesions, const Calibration& calibration) {
  Row row;
  for (const ScoredLesion& lesion : lesions) {
    row.add(calibration.score(lesion.logit), lesion.malignant, lesion.patient);
  }
  return row;
}

/// Views of one lesion. A lesion that nobody names is one by itself.
std::vector<std::vector<const ScoredLesion*>> grouped(std::span<const ScoredLesion> lesions) {
  std::map<std::string, std::vector<const ScoredLesion*>> groups;
  for (const ScoredLesion& lesion : lesions) {
    const bool has_name = !lesion.lesion.empty();
    groups[has_name ? lesion.lesion : concat(lesion.film, '#', lesion.annotation_id)].push_back(&lesion);
  }
  std::vector<std::vector<const ScoredLesion*>> views;
  for (auto& [name, group] : groups) views.push_back(std::move(group));
  return views;
}

double mean_logit(const std::vector<const ScoredLesion*>& views) {
  double sum = 0;
  for (const ScoredLesion* view : views) sum += view->logit;
  return sum / static_cast<double>(views.size());
}

/// "accuracy_at_0.5" is "accuracy": the score's middle is the threshold that a pathology model has.
std::string short_name(const std::string& name) {
  constexpr std::string_view at_half = "_at_0.5";
  return name.ends_with(at_half) ? name.substr(0, name.size() - at_half.size()) : name;
}

std::vector<Figure> figures_of(const Row& row, const eval::BootstrapOptions& bootstrap) {
  RocRequest request;
  request.thresholds = {0.5};
  request.clustered = true;
  request.bootstrap = bootstrap;
  std::vector<Figure> figures = roc_figures(row.scores, request);
  for (Figure& figure : figures) figure.name = short_name(figure.name);
  return figures;
}

/// The few that a table shows of another row than the views'.
void add_row(std::vector<Figure>& figures, const std::string& prefix, const Row& row,
             const eval::BootstrapOptions& bootstrap) {
  if (!row.says_something()) return;
  constexpr std::array<std::string_view, 6> shown = {"auc",         "auc_obuchowski", "accuracy",
                                                     "sensitivity", "specificity",    "brier"};
  for (Figure& figure : figures_of(row, bootstrap)) {
    if (std::ranges::find(shown, figure.name) == shown.end()) continue;
    figure.name = prefix + figure.name;
    figures.push_back(std::move(figure));
  }
}

std::vector<eval::ScoredCase> weighted(std::vector<eval::ScoredCase> cases, std::span<const double> weights) {
  for (std::size_t i = 0; i < cases.size(); ++i) cases[i].weight = weights[i];
  return cases;
}

/// How far the model is above the baseline on the same views, both drawn together.
void add_difference(std::vector<Figure>& figures, const Row& model, const Row& baseline,
                    const eval::BootstrapOptions& bootstrap) {
  const auto difference = [&](std::span<const double> weights) -> std::vector<double> {
    try {
      return {eval::auc(weighted(model.scores.cases, weights)) -
              eval::auc(weighted(baseline.scores.cases, weights))};
    } catch (const ArgumentError&) {
      return {std::numeric_limits<double>::quiet_NaN()}; // a draw without both kinds
    }
  };
  const std::vector<double> once(model.size(), 1.0);
  figures.push_back({"auc_above_baseline", difference(once).front(),
                     eval::clustered_bootstrap(model.scores.clusters, difference, bootstrap).front()});
  const eval::AucComparison compared =
      eval::obuchowski_test(model.scores.cases, baseline.scores.cases, model.scores.clusters);
  figures.push_back({"auc_above_baseline_p", compared.p});
}

/// Scores of a calibration that was fitted to the other patients, in five parts.
Row cross_fitted(std::span<const ScoredLesion> lesions) {
  constexpr std::size_t parts = 5;
  std::map<std::string, std::size_t> part_of;
  for (const ScoredLesion& lesion : lesions) part_of.try_emplace(lesion.patient, 0);
  std::size_t next = 0;
  for (auto& [patient, part] : part_of) part = next++ % parts;
  Row row;
  for (std::size_t part = 0; part < parts; ++part) {
    std::vector<eval::LabelledRow> others;
    for (const ScoredLesion& lesion : lesions) {
      if (part_of.at(lesion.patient) != part) others.push_back({{lesion.logit}, lesion.malignant});
    }
    const eval::LogisticModel fitted = eval::fit_logistic(others);
    const Calibration calibration{.slope = fitted.coefficients.front(), .intercept = fitted.intercept};
    for (const ScoredLesion& lesion : lesions) {
      if (part_of.at(lesion.patient) != part) continue;
      row.add(calibration.score(lesion.logit), lesion.malignant, lesion.patient);
    }
  }
  return row;
}

/// What a new calibration would be, and what it would be worth on other patients.
void add_calibration(std::vector<Figure>& figures, std::span<const ScoredLesion> lesions) {
  std::vector<eval::LabelledRow> rows;
  for (const ScoredLesion& lesion : lesions) rows.push_back({{lesion.logit}, lesion.malignant});
  const eval::LogisticModel fitted = eval::fit_logistic(rows);
  figures.push_back({"fitted_slope", fitted.coefficients.front()});
  figures.push_back({"fitted_intercept", fitted.intercept});
  try {
    const Row row = cross_fitted(lesions);
    figures.push_back({"cross_fitted_brier", eval::brier(row.scores.cases)});
    figures.push_back({"cross_fitted_calibration_error",
                       eval::expected_calibration_error(eval::reliability(row.scores.cases))});
  } catch (const ArgumentError&) {
    // Too few patients for five parts that each leave both kinds.
  }
}

image::LineSeries reliability_of(const std::string& name, std::span<const eval::ScoredCase> cases) {
  image::LineSeries series{.name = name, .x = {}, .y = {}};
  for (const eval::ReliabilityBin& bin : eval::reliability(cases)) {
    if (bin.weight <= 0) continue;
    series.x.push_back(bin.mean_score);
    series.y.push_back(bin.positive_fraction);
  }
  return series;
}

void add_plots(PathologyFigures& result, const Row& views, const Row& baseline) {
  result.roc = roc_plot(views.scores);
  result.roc.front().name = "model";
  if (baseline.size() > 0) {
    const eval::RocCurve curve = eval::roc_curve(baseline.scores.cases);
    result.roc.push_back(
        {.name = "size and brightness", .x = curve.false_positive_rate, .y = curve.sensitivity});
  }
  const eval::PrecisionRecallCurve curve = eval::precision_recall_curve(views.scores.cases);
  result.precision_recall = {{.name = "", .x = curve.recall, .y = curve.precision}};
  result.reliability = {reliability_of("model", views.scores.cases),
                        {.name = "calibrated", .x = {0, 1}, .y = {0, 1}}};
}

} // namespace

PathologyFigures pathology_figures(std::span<const ScoredLesion> lesions, const Calibration& calibration,
                                   const std::optional<eval::LogisticModel>& baseline,
                                   const eval::BootstrapOptions& bootstrap) {
  const Row views = views_of(lesions, calibration);
  require<ArgumentError>(
      views.says_something(), "an evaluation of ", views.size(),
      " lesions of known pathology, expected malignant and benign ones of two patients each");
  PathologyFigures result;
  result.figures = figures_of(views, bootstrap);
  add_calibration(result.figures, lesions);

  Row by_lesion;
  Row both;
  Row single;
  for (const auto& group : grouped(lesions)) {
    const double score = calibration.score(mean_logit(group));
    by_lesion.add(score, group.front()->malignant, group.front()->patient);
    if (group.size() < 2) continue;
    both.add(score, group.front()->malignant, group.front()->patient);
    for (const ScoredLesion* view : group) {
      single.add(calibration.score(view->logit), view->malignant, view->patient);
    }
  }
  add_row(result.figures, "lesion_", by_lesion, bootstrap);
  add_row(result.figures, "two_views_", both, bootstrap);
  add_row(result.figures, "two_views_single_", single, bootstrap);

  Row detected;
  Row detected_true;
  for (const ScoredLesion& lesion : lesions) {
    if (!lesion.found) continue;
    detected.add(calibration.score(lesion.found->logit), lesion.malignant, lesion.patient);
    detected_true.add(calibration.score(lesion.logit), lesion.malignant, lesion.patient);
  }
  add_row(result.figures, "detected_", detected, bootstrap);
  add_row(result.figures, "detected_true_box_", detected_true, bootstrap);

  Row size_and_intensity;
  if (baseline) {
    for (const ScoredLesion& lesion : lesions) {
      const double odds = baseline->log_odds(std::array{lesion.log_size, lesion.intensity});
      size_and_intensity.add(Calibration().score(odds), lesion.malignant, lesion.patient);
    }
    add_row(result.figures, "baseline_", size_and_intensity, bootstrap);
    add_difference(result.figures, views, size_and_intensity, bootstrap);
  }
  add_plots(result, views, size_and_intensity);
  result.views = views.size();
  result.malignant_views = static_cast<std::size_t>(std::ranges::count_if(lesions, &ScoredLesion::malignant));
  result.lesions = by_lesion.size();
  result.lesions_with_two_views = both.size();
  result.detected_views = detected.size();
  result.patients = std::set(views.scores.clusters.begin(), views.scores.clusters.end()).size();
  return result;
}

} // namespace mammo::app
