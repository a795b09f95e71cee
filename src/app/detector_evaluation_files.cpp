#include "app/evaluation_json.hpp"
#include "app/figures_json.hpp"
#include "app/file_set.hpp"
#include "app/plot_files.hpp"
#include "app/record_json.hpp"
#include "mammo/app/detector_evaluation.hpp"
#include "mammo/app/output_folder.hpp"

#include <utility>

namespace mammo::app {
namespace {

namespace fs = std::filesystem;
using Json = nlohmann::ordered_json;

Json rules(const DetectionRecord& record) {
  return {{"average_precision", "as pycocotools: IoU 0.50 to 0.95 by 0.05, 101 recalls, 100 boxes a film"},
          {"sensitivity",
           "lesions found at no more than so many false marks a film, counted on all films; a lesion is "
           "found once, its further marks are false"},
          {"iou50", "found: intersection over union of at least 0.5"},
          {"iou20", "found: intersection over union of at least 0.2"},
          {"centre", "found: the mark's centre lies in the lesion's box"},
          {"ci95", interval_rule(record.bootstrap)}};
}

} // namespace

std::string metrics_json(const DetectionRecord& record) {
  Json metrics = {{"schema", "mammo-metrics-1"}, {"task", "mass detection"}};
  add_figures(metrics, record.figures.figures);
  metrics["films"] = record.figures.films;
  metrics["lesions"] = record.figures.lesions;
  metrics["lesion_free_films"] = record.figures.lesion_free_films;
  metrics["patients"] = record.figures.patients;
  metrics["marks"] = record.results.size();
  metrics["rules"] = rules(record);
  metrics["data"] = data_json(record.set, record.split, record.folds);
  metrics["models"] = to_json(record.models);
  if (record.execution) metrics["execution"] = to_json(*record.execution);
  return metrics_text(std::move(metrics), record.set.warnings);
}

void write_evaluation(const DetectionRecord& record, const fs::path& folder) {
  const OutputFolder output(folder);
  FileSet files;
  files.add(folder / "predictions.json", std::string_view(data::coco_results_json(record.results)));
  add_plot(files, folder / "froc", record.figures.froc,
           {.title = concat("FROC, ", record.figures.lesions, " lesions on ", record.figures.films, " films"),
            .x_label = "false marks a film (all films)",
            .y_label = "sensitivity"});
  if (!record.figures.precision_recall.empty()) {
    add_plot(files, folder / "precision_recall", record.figures.precision_recall,
             {.title = "Precision and recall at IoU 0.5", .x_label = "recall", .y_label = "precision"});
  }
  files.add(folder / "metrics.json", std::string_view(metrics_json(record)));
  files.commit();
}

} // namespace mammo::app
