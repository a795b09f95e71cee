#include "mammo/app/report.hpp"

#include "app/rounded.hpp"
#include "mammo/app/process_memory.hpp"
#include "mammo/app/sha256.hpp"

#include <array>
#include <cmath>

#include <nlohmann/json.hpp>

namespace mammo::app {
namespace {

using Json = nlohmann::ordered_json;

Json text_or_null(const std::string& text) {
  return text.empty() ? Json(nullptr) : Json(text);
}

Json to_json(const Box& box) {
  constexpr double steps = 100;
  return {rounded(box.x, steps), rounded(box.y, steps), rounded(box.width, steps),
          rounded(box.height, steps)};
}

Json to_json(const ImageRecord& image) {
  return {{"path", image.path},
          {"sha256", image.sha256},
          {"format", image.format},
          {"height", image.height},
          {"width", image.width},
          {"bits", image.bits},
          {"modality", text_or_null(image.modality)},
          {"laterality", text_or_null(image.laterality)},
          {"view", text_or_null(image.view)},
          {"sop_instance_uid", text_or_null(image.sop_instance_uid)}};
}

Json steps() {
  return {"voi",          "resize to working height", "find breast", "even out brightness", "fit to canvas",
          "subtract mean"};
}

Json parameters(const image::DetectorInputOptions& options) {
  const image::BreastOptions& breast = options.breast;
  const image::BrightnessOptions& brightness = options.brightness;
  return {{"aspect", options.aspect ? Json(*options.aspect) : Json("of the picture")},
          {"working_height", options.working_height},
          {"breast",
           {{"blur_sigma", breast.blur_sigma},
            {"otsu_fraction", breast.otsu_fraction},
            {"least_threshold", breast.least_threshold},
            {"frame_columns", breast.frame_columns},
            {"frame_rows", breast.frame_rows},
            {"opening", breast.opening},
            {"least_area", breast.least_area},
            {"margin_columns", breast.margin_columns},
            {"margin_rows", breast.margin_rows},
            {"touching", breast.touching},
            {"touching_rows", breast.touching_rows}}},
          {"brightness",
           {{"percentile", brightness.percentile},
            {"background", brightness.background},
            {"target", brightness.target},
            {"least", brightness.least}}},
          {"canvas",
           {{"height", options.canvas.height},
            {"width", options.canvas.width},
            {"max_scale", options.canvas.max_scale}}},
          {"mean", options.mean}};
}

Json to_json(const PreprocessingRecord& preprocessing) {
  return {{"voi", preprocessing.voi},
          {"steps", steps()},
          {"parameters", parameters(preprocessing.options)},
          {"parameters_sha256", parameters_sha256(preprocessing)},
          {"aspect", preprocessing.aspect},
          {"breast_found", preprocessing.breast_found},
          {"breast_box", to_json(preprocessing.breast)},
          {"brightness_gain", preprocessing.gain},
          {"image_to_input", preprocessing.image_to_input.matrix()}};
}

Json to_json(const std::vector<ModelRecord>& models) {
  Json list = Json::array();
  for (const ModelRecord& model : models) {
    list.push_back({{"task", model.task},
                    {"name", model.name},
                    {"version", model.version},
                    {"weights_sha256", model.weights_sha256},
                    {"config_sha256", model.config_sha256}});
  }
  return list;
}

Json to_json(const std::vector<Point>& polygon) {
  if (polygon.empty()) return nullptr;
  constexpr double steps = 100;
  Json points = Json::array();
  for (const Point& p : polygon) points.push_back({rounded(p.x, steps), rounded(p.y, steps)});
  return points;
}

Json to_json(const std::optional<BreastDensity>& density) {
  if (!density) return nullptr;
  return {{"percent", rounded(100 * density->percent, 100)},
          {"category", std::string(1, density->category)},
          {"category_by", density_category_rule},
          {"cut_points", density->cut_points}};
}

Json to_json(const std::vector<Detection>& detections) {
  Json list = Json::array();
  for (const Detection& detection : detections) {
    list.push_back({{"label", detection.label},
                    {"score", rounded(detection.score, 1e6)},
                    {"malignancy", detection.malignancy ? Json(rounded(*detection.malignancy, 1e6)) : Json()},
                    {"box", to_json(detection.box)},
                    {"outline", to_json(detection.outline)}});
  }
  return list;
}

Json to_json(const std::optional<MalignancyReference>& reference) {
  if (!reference) return nullptr;
  const auto& adjusted = reference->adjusted_prevalence;
  return {{"population", reference->population},
          {"prevalence", reference->prevalence},
          {"adjusted_prevalence", adjusted ? Json(*adjusted) : Json()}};
}

Json absent_stages(const Analysis& analysis) {
  Json absent = Json::array();
  if (!analysis.outlined) absent.push_back("outline");
  if (!analysis.malignancy_reference) absent.push_back("pathology");
  if (!analysis.density) absent.push_back("density");
  return absent;
}

Json to_json(const std::vector<StageTime>& times) {
  Json stages = Json::object();
  double total = 0;
  for (const StageTime& time : times) {
    stages[time.stage] = rounded(time.milliseconds, 1e3);
    total += time.milliseconds;
  }
  stages["total"] = rounded(total, 1e3);
  return stages;
}

} // namespace

std::string parameters_sha256(const PreprocessingRecord& preprocessing) {
  // nlohmann::json, unlike ordered_json, sorts its keys.
  const nlohmann::json sorted = Json{{"steps", steps()}, {"parameters", parameters(preprocessing.options)}};
  return sha256(sorted.dump());
}

std::string report_json(const Analysis& analysis) {
  const Json report{
      {"schema", report_schema},
      {"mammo_version", MAMMO_VERSION},
      {"image", to_json(analysis.image)},
      {"detections", to_json(analysis.detections)},
      {"threshold", analysis.threshold},
      {"not_assessed", not_assessed},
      {"absent_stages", absent_stages(analysis)},
      {"malignancy_reference", to_json(analysis.malignancy_reference)},
      {"density", to_json(analysis.density)},
      {"preprocessing", to_json(analysis.preprocessing)},
      {"models", to_json(analysis.models)},
      {"execution",
       {{"backend", analysis.execution.backend},
        {"strict", analysis.execution.strict},
        {"isa", analysis.execution.isa},
        {"threads", analysis.execution.threads}}},
      {"milliseconds", to_json(analysis.times)},
      {"memory",
       {{"peak_process_bytes", peak_process_bytes()}, {"peak_tensor_bytes", analysis.peak_tensor_bytes}}},
      {"warnings", analysis.warnings}};
  return report.dump(2, ' ', /*ensure_ascii=*/false, Json::error_handler_t::replace) + "\n";
}

} // namespace mammo::app
