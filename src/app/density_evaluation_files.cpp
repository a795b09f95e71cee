#include "app/figures_json.hpp"
#include "app/file_set.hpp"
#include "app/plot_files.hpp"
#include "app/record_json.hpp"
#include "mammo/app/density_evaluation.hpp"
#include "mammo/app/output_folder.hpp"

#include <limits>

namespace mammo::app {
namespace {

namespace fs = std::filesystem;
using Json = nlohmann::ordered_json;

Json predictions(const DensityRecord& record) {
  Json list = Json::array();
  for (const DensityCase& c : record.cases) {
    list.push_back(
        {{"film", c.film.name},
         {"fold", c.film.fold ? Json(*c.film.fold) : Json(nullptr)},
         {"percent_density", number_or_null(100 * c.found)},
         {"labelled_percent_density", number_or_null(100 * c.truth)},
         {"category", std::string(1, models::density_category(c.found, record.cut_points))},
         {"labelled_category", std::string(1, models::density_category(c.truth, record.cut_points))},
         {"breast_iou", number_or_null(breast_iou(c))},
         {"dice", number_or_null(eval::dice(
                      c.tissues[static_cast<std::size_t>(models::TissueClass::fibroglandular)]))}});
  }
  return list;
}

std::string metrics(const DensityRecord& record) {
  Json json = {{"schema", "mammo-metrics-1"}, {"task", "breast density"}};
  add_figures(json, record.figures);
  json["films"] = record.cases.size();
  json["cross_validated"] = record.cross_validated;
  json["cut_points"] = record.cut_points;
  json["rules"] = {
      {"dice",
       "fibroglandular tissue in pixels of the film, the films' mean; pooled_dice: all films' pixels"},
      {"breast_iou", "breast and muscle against background, the films' mean"},
      {"percent_density", "fibroglandular over fibroglandular and adipose area; muscle left out"},
      {"correlation", "Pearson's, of percent density with that of the labels"},
      {"ci95", concat("percentile bootstrap, ", record.bootstrap.resamples, " draws of patients, seed ",
                      record.bootstrap.seed)}};
  json["data"] = record.data.string();
  json["models"] = to_json(record.models);
  json["execution"] = to_json(record.execution);
  json["mammo_version"] = MAMMO_VERSION;
  return json.dump(2, ' ', /*ensure_ascii=*/false, Json::error_handler_t::replace) + "\n";
}

/// A dot a film: points between gaps.
std::vector<image::LineSeries> scatter(const DensityRecord& record) {
  constexpr double gap = std::numeric_limits<double>::quiet_NaN();
  image::LineSeries dots{.name = "films", .x = {}, .y = {}};
  for (const DensityCase& c : record.cases) {
    dots.x.insert(dots.x.end(), {100 * c.truth, gap});
    dots.y.insert(dots.y.end(), {100 * c.found, gap});
  }
  return {dots, {.name = "equal", .x = {0, 100}, .y = {0, 100}}};
}

} // namespace

void write_density_evaluation(const DensityRecord& record, const fs::path& folder) {
  const OutputFolder output(folder);
  FileSet files;
  files.add(folder / "predictions.json", std::string_view(predictions(record).dump(2) + "\n"));
  add_plot(files, folder / "density", scatter(record),
           {.title = concat("Percent density, ", record.cases.size(), " films"),
            .x_label = "of the labels",
            .y_label = "of the model",
            .height = 640,
            .width = 720});
  files.add(folder / "metrics.json", std::string_view(metrics(record)));
  files.commit();
}

} // namespace mammo::app
