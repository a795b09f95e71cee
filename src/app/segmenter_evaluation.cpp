#include "mammo/app/segmenter_evaluation.hpp"

#include "mammo/core/error.hpp"
#include "mammo/image/level_set.hpp"
#include "mammo/image/mask.hpp"
#include "mammo/image/read.hpp"
#include "mammo/image/voi.hpp"
#include "mammo/train/lesion_outline.hpp"

#include <algorithm>
#include <cmath>
#include <limits>
#include <map>

namespace mammo::app {
namespace {

/// 1 where the mask's picture is not black.
Tensor read_mask(const data::LesionCrop& crop) {
  const Tensor grey = image::render_grey8(image::read_film(crop.mask)).pixels;
  const Tensor mask = image::mask_above(grey.to(DType::f32), 0);
  if (image::mask_extent(mask).area() == 0)
    throw FileError(crop.mask.string(), "is black, expected an outline");
  return mask;
}

OutlineFigures compared(const Tensor& truth, const Tensor& found) {
  return {.pixels = eval::overlap(truth, found), .distance = eval::edge_distance(truth, found)};
}

OutlineCase case_of(const data::LesionCrop& crop, const Tensor& grey, const Tensor& truth, const Box& given,
                    const models::Segmenter& model) {
  const std::int64_t height = grey.size(0);
  const std::int64_t width = grey.size(1);
  const train::LesionOutline outline = train::outline_lesion(*model.network, model.config, grey, given);
  OutlineCase result;
  result.crop = crop;
  result.truth = image::mask_extent(truth);
  result.given = given;
  result.network = compared(truth, mask_on(outline, height, width));
  result.ellipse = compared(truth, image::ellipse_mask(given, height, width));
  result.level_set = compared(truth, image::level_set_outline(grey, given));
  result.pixel_auc = eval::pixel_auc(truth, probabilities_on(outline, height, width));
  return result;
}

using Method = OutlineFigures OutlineCase::*;

struct NamedMethod {
  const char* ending;
  Method figures;
};
constexpr std::array<NamedMethod, 3> methods{{{"", &OutlineCase::network},
                                              {"_ellipse", &OutlineCase::ellipse},
                                              {"_level_set", &OutlineCase::level_set}}};

double iou_of(const OutlineCase& c, Method method) {
  return eval::foreground_iou((c.*method).pixels);
}

/// The weighted mean; what is NaN is left out.
double mean(std::span<const OutlineCase> cases, std::span<const double> weights, const auto& of_case) {
  double sum = 0;
  double total = 0;
  for (std::size_t i = 0; i < cases.size(); ++i) {
    const double value = of_case(cases[i]);
    if (std::isnan(value)) continue;
    sum += weights[i] * value;
    total += weights[i];
  }
  return total > 0 ? sum / total : std::numeric_limits<double>::quiet_NaN();
}

double pooled_iou(std::span<const OutlineCase> cases, std::span<const double> weights, Method method) {
  eval::Overlap sum;
  for (std::size_t i = 0; i < cases.size(); ++i) {
    const eval::Overlap& pixels = (cases[i].*method).pixels;
    sum += {weights[i] * pixels.both, weights[i] * pixels.truth_only, weights[i] * pixels.found_only,
            weights[i] * pixels.neither};
  }
  return eval::foreground_iou(sum);
}

/// Names and values of all figures, in one order whatever the weights.
std::vector<std::pair<std::string, double>> values(std::span<const OutlineCase> cases,
                                                   std::span<const double> weights) {
  constexpr double nothing = std::numeric_limits<double>::quiet_NaN();
  std::vector<std::pair<std::string, double>> all;
  for (const auto& [ending, method] : methods) {
    const auto add = [&](const char* name, const auto& of_case) {
      all.emplace_back(std::string(name) + ending, mean(cases, weights, of_case));
    };
    const auto distance = [&](double eval::EdgeDistance::* kind) {
      return [=](const OutlineCase& c) {
        return (c.*method).distance ? (*(c.*method).distance).*kind : nothing;
      };
    };
    add("iou", [=](const OutlineCase& c) { return iou_of(c, method); });
    add("dice", [=](const OutlineCase& c) { return eval::dice((c.*method).pixels); });
    add("two_class_miou", [=](const OutlineCase& c) { return eval::two_class_miou((c.*method).pixels); });
    add("hausdorff", distance(&eval::EdgeDistance::hausdorff));
    add("hausdorff95", distance(&eval::EdgeDistance::percentile95));
    all.emplace_back(std::string("pooled_iou") + ending, pooled_iou(cases, weights, method));
  }
  const auto gain_over = [&](Method other) {
    return mean(cases, weights,
                [=](const OutlineCase& c) { return iou_of(c, &OutlineCase::network) - iou_of(c, other); });
  };
  all.emplace_back("iou_gain_over_ellipse", gain_over(&OutlineCase::ellipse));
  all.emplace_back("iou_gain_over_level_set", gain_over(&OutlineCase::level_set));
  all.emplace_back("pixel_auc", mean(cases, weights, [](const OutlineCase& c) { return c.pixel_auc; }));
  return all;
}

} // namespace

std::vector<OutlineCase> outline_cases(const std::vector<data::LesionCrop>& crops,
                                       const models::Segmenter& model, const GivenBoxes& boxes,
                                       const std::function<bool(const data::LesionCrop&)>& go_on) {
  require<ArgumentError>(boxes.draws >= 1, boxes.draws, " draws of a box, expected at least 1");
  std::vector<OutlineCase> cases;
  for (std::size_t i = 0; i < crops.size(); ++i) {
    if (go_on && !go_on(crops[i])) break;
    const Tensor grey = image::render_grey8(image::read_film(crops[i].picture)).pixels;
    const Tensor truth = read_mask(crops[i]);
    if (truth.shape() != grey.shape())
      throw FileError(crops[i].mask.string(), "is of another size than " + crops[i].picture.string());
    Generator generator(boxes.seed, i);
    for (int draw = 0; draw < boxes.draws; ++draw) {
      const Box given = train::jittered(image::mask_extent(truth), boxes.jitter, generator);
      cases.push_back(case_of(crops[i], grey, truth, given, model));
    }
  }
  return cases;
}

std::vector<Figure> outline_figures(std::span<const OutlineCase> cases,
                                    const eval::BootstrapOptions& bootstrap) {
  require<ArgumentError>(!cases.empty(), "no lesion to outline");
  std::vector<std::string> patients;
  for (const OutlineCase& c : cases) patients.push_back(c.crop.patient);
  const auto intervals = eval::clustered_bootstrap(
      patients,
      [&](std::span<const double> weights) {
        std::vector<double> numbers;
        for (const auto& [name, value] : values(cases, weights)) numbers.push_back(value);
        return numbers;
      },
      bootstrap);
  std::vector<Figure> figures;
  for (const auto& [name, value] : values(cases, std::vector<double>(cases.size(), 1))) {
    figures.push_back({.name = name, .value = value, .interval = intervals[figures.size()]});
  }
  return figures;
}

} // namespace mammo::app
