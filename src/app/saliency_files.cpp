#include "mammo/app/saliency_files.hpp"

#include "app/file_set.hpp"
#include "app/npy.hpp"
#include "app/rounded.hpp"
#include "app/with_ending.hpp"
#include "mammo/app/report.hpp"
#include "mammo/core/error.hpp"
#include "mammo/image/overlay.hpp"
#include "mammo/image/write_png.hpp"

#include <algorithm>
#include <cmath>
#include <cstdio>
#include <span>
#include <system_error>

#include <nlohmann/json.hpp>

namespace mammo::app {
namespace {

namespace fs = std::filesystem;
using Json = nlohmann::ordered_json;

/// To the digits that an f32 has.
double significant(double value) {
  char text[32];
  std::snprintf(text, sizeof text, "%.6g", value);
  return std::stod(text);
}

/// The method's own parameters.
Json parameters(const SaliencyOptions& options) {
  switch (options.method) {
  case SaliencyMethod::input_gradient: return Json::object();
  case SaliencyMethod::smooth_grad:
    return {{"samples", options.smooth_grad.samples},
            {"noise", options.smooth_grad.noise},
            {"seed", options.smooth_grad.seed}};
  case SaliencyMethod::integrated_gradients: return {{"steps", options.steps}, {"baseline", "black canvas"}};
  case SaliencyMethod::grad_cam: return {{"elementwise", options.grad_cam.elementwise}};
  case SaliencyMethod::occlusion:
    return {{"window", {options.occlusion.window.height, options.occlusion.window.width}},
            {"stride", {options.occlusion.stride.height, options.occlusion.stride.width}},
            {"value", options.occlusion.value}};
  }
  return {};
}

double sum_of(const Tensor& map) {
  double sum = 0;
  for (const float value : map.data<float>()) sum += value;
  return sum;
}

double largest_magnitude(const Tensor& map) {
  float largest = 0;
  for (const float value : map.data<float>()) largest = std::max(largest, std::abs(value));
  return largest;
}

/// Where it is 0 everywhere, any scale shows nothing.
double full_scale(const Saliency& saliency) {
  const double largest = largest_magnitude(saliency.shown);
  return largest > 0 ? largest : 1;
}

Json explained(const Saliency& saliency) {
  const Box& box = saliency.explained.box;
  return {
      {"label", saliency.explained.label},
      {"score", rounded(saliency.explained.score, 1e6)},
      {"logit", rounded(saliency.logit, 1e6)},
      {"rank", saliency.options.box},
      {"of_detections", saliency.analysis.detections.size()},
      {"box", {rounded(box.x, 100), rounded(box.y, 100), rounded(box.width, 100), rounded(box.height, 100)}},
      {"pyramid_level", saliency.level},
      {"anchor", saliency.explained.anchor}};
}

Json map_facts(const Saliency& saliency) {
  return {{"height", saliency.map.size(0)},
          {"width", saliency.map.size(1)},
          {"unit", saliency.unit},
          {"sum", significant(sum_of(saliency.map))},
          {"largest_magnitude", significant(largest_magnitude(saliency.map))}};
}

const char* title_of(const SaliencyOptions& options) {
  switch (options.method) {
  case SaliencyMethod::input_gradient: return "Input gradient";
  case SaliencyMethod::smooth_grad: return "SmoothGrad";
  case SaliencyMethod::integrated_gradients: return "Integrated gradients";
  case SaliencyMethod::grad_cam:
    return options.grad_cam.elementwise ? "Grad-CAM, element by element" : "Grad-CAM";
  case SaliencyMethod::occlusion: return "Occlusion";
  }
  return "";
}

/// "Grad-CAM of detection 1".
std::string caption_of(const Saliency& saliency) {
  return concat(title_of(saliency.options), " of detection ", saliency.options.box);
}

} // namespace

SaliencyPaths::SaliencyPaths(const fs::path& stem)
    : report(with_ending(stem, saliency_report_ending)),
      picture(with_ending(stem, saliency_picture_ending)),
      map(with_ending(stem, saliency_map_ending)) {}

Tensor draw_saliency(const Saliency& saliency, bool full_size) {
  const Analysis& analysis = saliency.analysis;
  const image::Marking marking{saliency.explained.box, saliency.explained.score, saliency.explained.label};
  return image::draw_overlay(analysis.grey, std::span(&marking, 1),
                             {.full_size = full_size,
                              .heat = image::HeatLayer{.map = saliency.shown,
                                                       .to_map = analysis.preprocessing.image_to_input,
                                                       .full_scale = full_scale(saliency),
                                                       .is_signed = saliency.is_signed,
                                                       .legend = saliency.unit},
                              .laterality = analysis.image.laterality,
                              .view = analysis.image.view,
                              .not_assessed = std::string(not_assessed),
                              .caption = caption_of(saliency)});
}

std::string saliency_json(const Saliency& saliency) {
  const Json analysis = Json::parse(report_json(saliency.analysis));
  const Json report{
      {"schema", saliency_schema},
      {"mammo_version", MAMMO_VERSION},
      {"image", analysis["image"]},
      {"explained", explained(saliency)},
      {"method", {{"name", name_of(saliency.options.method)}, {"parameters", parameters(saliency.options)}}},
      {"map", map_facts(saliency)},
      {"shown", {{"blur", saliency.options.blur}, {"full_scale", significant(full_scale(saliency))}}},
      {"peak",
       {{"x", rounded(saliency.peak.x, 100)},
        {"y", rounded(saliency.peak.y, 100)},
        {"value", significant(saliency.peak_value)}}},
      {"share_in_box", rounded(saliency.share_in_box, 1e4)},
      {"not_assessed", not_assessed},
      {"preprocessing", analysis["preprocessing"]},
      {"models", analysis["models"]},
      {"execution", analysis["execution"]},
      {"milliseconds", analysis["milliseconds"]},
      {"warnings", analysis["warnings"]}};
  return report.dump(2, ' ', /*ensure_ascii=*/false, Json::error_handler_t::replace) + "\n";
}

void write_saliency(const Saliency& saliency, const fs::path& stem, bool full_size) {
  const SaliencyPaths paths(stem);
  if (stem.has_parent_path()) {
    std::error_code error;
    fs::create_directories(stem.parent_path(), error);
    if (error) throw FileError(stem.parent_path().string(), "cannot make this folder: " + error.message());
  }
  FileSet files;
  files.add(paths.picture, std::span<const std::byte>(image::encode_png(draw_saliency(saliency, full_size))));
  files.add(paths.map, std::string_view(encode_npy(saliency.map)));
  files.add(paths.report, std::string_view(saliency_json(saliency)));
  // An older report must not stand beside newer pictures, not even for a moment.
  std::error_code none;
  fs::remove(paths.report, none);
  files.commit();
}

} // namespace mammo::app
