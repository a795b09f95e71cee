#include "app/evaluation_json.hpp"
#include "app/figures_json.hpp"
#include "app/file_set.hpp"
#include "app/plot_files.hpp"
#include "app/record_json.hpp"
#include "mammo/app/output_folder.hpp"
#include "mammo/app/pathology_evaluation.hpp"

#include <array>
#include <sstream>
#include <utility>

namespace mammo::app {
namespace {

namespace fs = std::filesystem;
using Json = nlohmann::ordered_json;

Json rules(const PathologyRecord& record) {
  return {
      {"positive",
       "malignant; benign without callback counts as benign; films whose lesions differ are left out"},
      {"threshold", "called malignant at a score of 0.5 or above"},
      {"lesion", "mean logit of a lesion's views; two_views: of lesions with both, two_views_single: their "
                 "views one by one"},
      {"detected", "the best mark with an intersection over union of at least 0.5 instead of the true box; "
                   "detected_true_box: the same views with their true boxes"},
      {"baseline",
       "logistic regression on the logarithm of the box's size and on its mean grey level, fitted "
       "on baseline_folds"},
      {"cross_fitted", "logistic calibration fitted to four fifths of the patients, applied to the others"},
      {"ci95", interval_rule(record.bootstrap)}};
}

std::string metrics_of(const PathologyRecord& record) {
  const PathologyFigures& figures = record.figures;
  Json metrics = {{"schema", "mammo-metrics-1"}, {"task", "mass pathology"}};
  add_figures(metrics, figures.figures);
  metrics["views"] = figures.views;
  metrics["malignant_views"] = figures.malignant_views;
  metrics["lesions"] = figures.lesions;
  metrics["lesions_with_two_views"] = figures.lesions_with_two_views;
  metrics["detected_views"] = figures.detected_views;
  metrics["patients"] = figures.patients;
  if (record.baseline) {
    metrics["baseline_folds"] = record.baseline_folds;
    metrics["baseline_model"] = {{"intercept", record.baseline->intercept},
                                 {"log_size", record.baseline->coefficients.at(0)},
                                 {"intensity", record.baseline->coefficients.at(1)}};
  }
  metrics["rules"] = rules(record);
  metrics["data"] = data_json(record.set, record.split, record.folds);
  metrics["models"] = to_json(record.models);
  metrics["execution"] = to_json(record.execution);
  return metrics_text(std::move(metrics), record.set.warnings);
}

/// COCO's result array with what else is known of each.
std::string predictions_of(const PathologyRecord& record) {
  Json list = Json::array();
  for (const ScoredLesion& lesion : record.lesions) {
    list.push_back({{"image_id", lesion.image_id},
                    {"annotation_id", lesion.annotation_id},
                    {"category_id", lesion.category},
                    {"bbox", {lesion.box.x, lesion.box.y, lesion.box.width, lesion.box.height}},
                    {"score", record.calibration.score(lesion.logit)}});
  }
  return list.dump(1) + '\n';
}

std::string scores_of(const PathologyRecord& record) {
  std::ostringstream csv;
  csv << "name,patient,lesion,truth,score,logit,baseline_score,detection_score,detected_iou,detected_score\n";
  for (const ScoredLesion& lesion : record.lesions) {
    csv << lesion.film << '#' << lesion.annotation_id << ',' << lesion.patient << ',' << lesion.lesion << ','
        << (lesion.malignant ? "malignant" : "benign") << ',' << record.calibration.score(lesion.logit) << ','
        << lesion.logit << ',';
    if (record.baseline) {
      csv << models::ScoreCalibration().score(
          record.baseline->log_odds(std::array{lesion.log_size, lesion.intensity}));
    }
    csv << ',';
    if (lesion.found) {
      csv << lesion.found->detection_score << ',' << lesion.found->iou << ','
          << record.calibration.score(lesion.found->logit);
    } else {
      csv << ",,";
    }
    csv << '\n';
  }
  return csv.str();
}

} // namespace

void write_evaluation(const PathologyRecord& record, const fs::path& folder) {
  const OutputFolder output(folder);
  const PathologyFigures& figures = record.figures;
  FileSet files;
  files.add(folder / "predictions.json", std::string_view(predictions_of(record)));
  files.add(folder / "scores.csv", std::string_view(scores_of(record)));
  add_plot(files, folder / "roc", figures.roc,
           {.title = concat("ROC, ", figures.views, " views, ", figures.malignant_views, " malignant"),
            .x_label = "1 - specificity",
            .y_label = "sensitivity"});
  add_plot(files, folder / "precision_recall", figures.precision_recall,
           {.title = "Precision and recall", .x_label = "recall", .y_label = "precision"});
  add_plot(files, folder / "reliability", figures.reliability,
           {.title = "Reliability", .x_label = "mean score", .y_label = "malignant fraction"});
  files.add(folder / "metrics.json", std::string_view(metrics_of(record)));
  files.commit();
}

} // namespace mammo::app
