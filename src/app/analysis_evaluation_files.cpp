#include "app/evaluation_json.hpp"
#include "app/figures_json.hpp"
#include "app/file_set.hpp"
#include "app/plot_files.hpp"
#include "app/record_json.hpp"
#include "mammo/app/analysis_evaluation.hpp"
#include "mammo/app/output_folder.hpp"

#include <algorithm>
#include <utility>

namespace mammo::app {
namespace {

namespace fs = std::filesystem;
using Json = nlohmann::ordered_json;

Json rules(const EndToEndRecord& record) {
  return {
      {"found", "a region overlaps the lesion with an intersection over union of at least 0.5; each region "
                "and lesion used once, best scores first"},
      {"correct", "found, and called malignant (score of 0.5 or above) where it is, benign where it is not; "
                  "of all lesions"},
      {"false_share", "1 - correct regions / all regions"},
      {"regions", "of the detection score at that threshold; _regions: at the score that leaves so many "
                  "regions a film"},
      {"films", "only those whose lesions all have one known pathology"},
      {"ci95", interval_rule(record.bootstrap)}};
}

std::string metrics_of(const EndToEndRecord& record) {
  std::size_t lesions = 0;
  for (const data::AnnotatedFilm& film : record.set.films) lesions += film.lesions.size();
  Json metrics = {{"schema", "mammo-metrics-1"}, {"task", "mass detection and pathology, from end to end"}};
  add_figures(metrics, record.figures);
  metrics["films"] = record.set.films.size();
  metrics["films_left_out"] = record.films_left_out;
  metrics["lesions"] = lesions;
  metrics["rules"] = rules(record);
  metrics["data"] = data_json(record.set, record.split, record.folds);
  metrics["models"] = to_json(record.models);
  metrics["execution"] = to_json(record.execution);
  return metrics_text(std::move(metrics), record.set.warnings);
}

std::string predictions_of(const EndToEndRecord& record) {
  const std::int64_t category = mass_category(record.set);
  Json list = Json::array();
  for (const ScoredRegion& region : record.regions) {
    list.push_back({{"image_id", region.image_id},
                    {"category_id", category},
                    {"bbox", {region.box.x, region.box.y, region.box.width, region.box.height}},
                    {"score", region.detection_score},
                    {"malignancy", region.malignancy}});
  }
  return list.dump(1) + '\n';
}

double value_of(std::span<const Figure> figures, const std::string& name) {
  return std::ranges::find(figures, name, &Figure::name)->value;
}

/// Each figure against regions per film, at the thesis' three.
std::vector<image::LineSeries> plot_of(std::span<const Figure> figures) {
  std::vector<image::LineSeries> plot;
  for (const char* name : {"correct", "found", "false_share"}) {
    image::LineSeries& series = plot.emplace_back(image::LineSeries{.name = name, .x = {}, .y = {}});
    for (const char* regions : {"0.31", "1.04", "1.93"}) {
      const std::string suffix = concat("_at_", regions, "_regions");
      series.x.push_back(value_of(figures, "regions_per_film" + suffix));
      series.y.push_back(value_of(figures, name + suffix));
    }
  }
  return plot;
}

} // namespace

void write_evaluation(const EndToEndRecord& record, const fs::path& folder) {
  const OutputFolder output(folder);
  FileSet files;
  files.add(folder / "predictions.json", std::string_view(predictions_of(record)));
  add_plot(files, folder / "end_to_end", plot_of(record.figures),
           {.title = "From end to end", .x_label = "regions a film", .y_label = "fraction"});
  files.add(folder / "metrics.json", std::string_view(metrics_of(record)));
  files.commit();
}

} // namespace mammo::app
