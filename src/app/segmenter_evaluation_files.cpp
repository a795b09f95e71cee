#include "app/figures_json.hpp"
#include "app/file_set.hpp"
#include "app/plot_files.hpp"
#include "app/record_json.hpp"
#include "mammo/app/output_folder.hpp"
#include "mammo/app/segmenter_evaluation.hpp"

#include <algorithm>

namespace mammo::app {
namespace {

namespace fs = std::filesystem;
using Json = nlohmann::ordered_json;

Json to_json(const Box& box) {
  return {box.x, box.y, box.width, box.height};
}

Json predictions(const OutlineRecord& record) {
  Json list = Json::array();
  for (const OutlineCase& c : record.cases) {
    list.push_back({{"lesion", c.crop.name},
                    {"box_of_outline", to_json(c.truth)},
                    {"box_given", to_json(c.given)},
                    {"iou", eval::foreground_iou(c.network.pixels)},
                    {"iou_ellipse", eval::foreground_iou(c.ellipse.pixels)},
                    {"iou_level_set", eval::foreground_iou(c.level_set.pixels)},
                    {"pixel_auc", number_or_null(c.pixel_auc)}});
  }
  return list;
}

std::string metrics(const OutlineRecord& record) {
  Json json = {{"schema", "mammo-metrics-1"}, {"task", "mass outlines"}};
  add_figures(json, record.figures);
  json["lesions"] = record.cases.size() / static_cast<std::size_t>(record.boxes.draws);
  json["box_given"] = true;
  json["boxes"] = {{"draws_per_lesion", record.boxes.draws},
                   {"shift", record.boxes.jitter.shift},
                   {"log_scale", record.boxes.jitter.scale},
                   {"seed", record.boxes.seed}};
  json["rules"] = {
      {"box_given",
       "every method is given the same box: the outline's own, each side scaled by exp(u) with u "
       "uniform within +- log_scale, its middle moved by up to `shift` of its sides"},
      {"iou", "foreground, a lesion at a time, mean of the lesions; pooled_iou: of all pixels together"},
      {"two_class_miou", "mean IoU of lesion and surroundings"},
      {"hausdorff", "pixels; outlines that are empty are left out"},
      {"ellipse", "inscribed in the given box"},
      {"level_set", "Chan and Vese's, started as that ellipse"},
      {"ci95", concat("percentile bootstrap, ", record.bootstrap.resamples, " draws of patients, seed ",
                      record.bootstrap.seed)}};
  json["data"] = record.data.string();
  json["models"] = to_json(record.models);
  json["execution"] = to_json(record.execution);
  json["mammo_version"] = MAMMO_VERSION;
  return json.dump(2, ' ', /*ensure_ascii=*/false, Json::error_handler_t::replace) + "\n";
}

/// Share of the cases whose IoU is at least x.
image::LineSeries curve(const OutlineRecord& record, const char* name, OutlineFigures OutlineCase::* method) {
  std::vector<double> ious;
  for (const OutlineCase& c : record.cases) ious.push_back(eval::foreground_iou((c.*method).pixels));
  std::ranges::sort(ious);
  image::LineSeries series{.name = name, .x = {0}, .y = {1}};
  for (std::size_t i = 0; i < ious.size(); ++i) {
    series.x.push_back(ious[i]);
    series.y.push_back(1 - static_cast<double>(i + 1) / static_cast<double>(ious.size()));
  }
  return series;
}

} // namespace

void write_outline_evaluation(const OutlineRecord& record, const fs::path& folder) {
  const OutputFolder output(folder);
  FileSet files;
  files.add(folder / "predictions.json", std::string_view(predictions(record).dump(2) + "\n"));
  const std::vector<image::LineSeries> curves{curve(record, "network", &OutlineCase::network),
                                              curve(record, "level set", &OutlineCase::level_set),
                                              curve(record, "ellipse", &OutlineCase::ellipse)};
  add_plot(files, folder / "iou", curves,
           {.title = "Outlines, the box given to all",
            .x_label = "IoU with the outline",
            .y_label = "share of lesions and boxes above"});
  files.add(folder / "metrics.json", std::string_view(metrics(record)));
  files.commit();
}

} // namespace mammo::app
