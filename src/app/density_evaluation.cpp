#include "mammo/app/density_evaluation.hpp"

#include "mammo/app/breast_density.hpp"
#include "mammo/core/error.hpp"
#include "mammo/eval/correlation.hpp"
#include "mammo/image/read.hpp"
#include "mammo/image/voi.hpp"

#include <algorithm>
#include <cmath>
#include <numeric>

namespace mammo::app {
namespace {

constexpr auto fibroglandular = static_cast<std::size_t>(models::TissueClass::fibroglandular);
constexpr auto adipose = static_cast<std::size_t>(models::TissueClass::adipose);
constexpr auto muscle = static_cast<std::size_t>(models::TissueClass::pectoral_muscle);

/// u8 [H, W]: 1 where a map is of the tissue.
Tensor mask_of(const Tensor& map, std::size_t tissue) {
  Tensor mask = Tensor::empty(map.shape(), {.dtype = DType::u8});
  std::ranges::transform(
      map.data<std::uint8_t>(), mask.mutable_data<std::uint8_t>().begin(),
      [=](std::uint8_t value) { return static_cast<std::uint8_t>(value == tissue ? 1 : 0); });
  return mask;
}

double labelled_density(const Tensor& map) {
  const auto pixels = map.data<std::uint8_t>();
  const auto dense = static_cast<double>(std::ranges::count(pixels, std::uint8_t{fibroglandular}));
  const auto fat = static_cast<double>(std::ranges::count(pixels, std::uint8_t{adipose}));
  return dense + fat > 0 ? dense / (dense + fat) : 0;
}

DensityCase case_of(const data::TissueFilm& film, const models::DensityConfig& config,
                    const models::ResNetUNet& network) {
  const Tensor grey = image::render_grey8(image::read_film(film.film)).pixels;
  const Tensor truth = data::read_tissue_map(film.labels);
  if (truth.shape() != grey.shape())
    throw FileError(film.labels.string(), "is of another size than " + film.film.string());
  const BreastDensity density = breast_density(network, config, grey);
  const Size2d size{grey.size(0), grey.size(1)};
  const Tensor found = tissue_on_film(density, size, size);
  DensityCase result;
  result.film = film;
  result.truth = labelled_density(truth);
  result.found = density.percent;
  for (std::size_t tissue = 0; tissue < result.tissues.size(); ++tissue) {
    result.tissues[tissue] = eval::overlap(mask_of(truth, tissue), mask_of(found, tissue));
  }
  return result;
}

struct Measured {
  std::vector<double> truth;
  std::vector<double> found;
  std::span<const DensityCase> cases;
  const std::vector<double>& cut_points;

  double mean(std::span<const double> weights, const auto& of_case) const {
    double sum = 0;
    for (std::size_t i = 0; i < cases.size(); ++i) sum += weights[i] * of_case(cases[i]);
    return sum / std::accumulate(weights.begin(), weights.end(), 0.0);
  }

  double pooled_dice(std::span<const double> weights) const {
    eval::Overlap sum;
    for (std::size_t i = 0; i < cases.size(); ++i) {
      const eval::Overlap& pixels = cases[i].tissues[fibroglandular];
      sum += {weights[i] * pixels.both, weights[i] * pixels.truth_only, weights[i] * pixels.found_only,
              weights[i] * pixels.neither};
    }
    return eval::dice(sum);
  }

  /// In the order of `names`.
  std::vector<double> figures(std::span<const double> weights) const {
    const auto dice_of = [&](std::size_t tissue) {
      return mean(weights, [=](const DensityCase& c) { return eval::dice(c.tissues[tissue]); });
    };
    const auto agrees = [&](const DensityCase& c) {
      return models::density_category(c.truth, cut_points) == models::density_category(c.found, cut_points);
    };
    return {dice_of(fibroglandular),
            dice_of(adipose),
            dice_of(muscle),
            pooled_dice(weights),
            mean(weights, breast_iou),
            eval::correlation(truth, found, weights),
            mean(weights, [](const DensityCase& c) { return std::abs(c.found - c.truth); }),
            mean(weights, [](const DensityCase& c) { return c.found - c.truth; }),
            mean(weights, [&](const DensityCase& c) { return agrees(c) ? 1.0 : 0.0; })};
  }
  static constexpr std::array names{"dice",           "dice_adipose", "dice_pectoral_muscle",
                                    "pooled_dice",    "breast_iou",   "correlation",
                                    "absolute_error", "bias",         "category_agreement"};
};

} // namespace

double breast_iou(const DensityCase& c) {
  const eval::Overlap& air = c.tissues[static_cast<std::size_t>(models::TissueClass::background)];
  return eval::foreground_iou(
      {.both = air.neither, .truth_only = air.found_only, .found_only = air.truth_only});
}

std::vector<DensityCase> density_cases(const std::vector<data::TissueFilm>& films,
                                       const models::DensityConfig& config, const DensityNetwork& network,
                                       const std::function<bool(const data::TissueFilm&)>& go_on) {
  std::vector<DensityCase> cases;
  for (const data::TissueFilm& film : films) {
    if (go_on && !go_on(film)) break;
    cases.push_back(case_of(film, config, network(film)));
  }
  return cases;
}

std::vector<Figure> density_figures(std::span<const DensityCase> cases, const std::vector<double>& cut_points,
                                    const eval::BootstrapOptions& bootstrap) {
  require<ArgumentError>(!cases.empty(), "no film to measure density on");
  Measured measured{.truth = {}, .found = {}, .cases = cases, .cut_points = cut_points};
  std::vector<std::string> patients;
  for (const DensityCase& c : cases) {
    measured.truth.push_back(c.truth);
    measured.found.push_back(c.found);
    patients.push_back(c.film.patient);
  }
  const auto values = measured.figures(std::vector<double>(cases.size(), 1));
  const auto intervals = eval::clustered_bootstrap(
      patients, [&](std::span<const double> weights) { return measured.figures(weights); }, bootstrap);
  std::vector<Figure> figures;
  for (std::size_t i = 0; i < values.size(); ++i) {
    figures.push_back({.name = Measured::names[i], .value = values[i], .interval = intervals[i]});
  }
  return figures;
}

} // namespace mammo::app
