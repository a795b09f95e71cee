#include "mammo/app/detection_figures.hpp"

#include "mammo/core/error.hpp"

#include <algorithm>
#include <cmath>
#include <limits>
#include <set>

namespace mammo::app {
namespace {

using eval::FalseMarksOn;

/// One curve of which figures are read.
struct Reading {
  std::string prefix;
  eval::FrocMarks marks;
  FalseMarksOn counted;
};

std::vector<Reading> readings_of(std::span<const eval::ImageBoxes> films) {
  std::vector<Reading> readings;
  for (const eval::LesionRule rule : eval::all_lesion_rules) {
    const std::string name = concat("sensitivity_", eval::name_of(rule), "_at_");
    const eval::FrocMarks marks(films, rule);
    readings.push_back({name, marks, FalseMarksOn::all_films});
    if (marks.lesion_free_films() > 0)
      readings.push_back({"lesion_free_" + name, marks, FalseMarksOn::lesion_free_films});
  }
  return readings;
}

/// What is read off a detector's boxes on some films.
struct Readable {
  eval::CocoMatches coco;
  std::vector<Reading> readings;

  explicit Readable(std::span<const eval::ImageBoxes> films) : coco(films), readings(readings_of(films)) {}
};

/// The values that get intervals, in the order of `named`. A draw without a lesion or a film to count on says
/// nothing.
std::vector<double> values(const Readable& from, std::span<const double> weights) {
  const auto& [coco, readings] = from;
  const auto [ap, ap50, ap75, ar] = coco.figures(weights);
  std::vector<double> all = {ap, ap50, ap75, ar};
  for (const Reading& reading : readings) {
    try {
      const eval::FrocCurve curve = reading.marks.curve(reading.counted, weights);
      for (const double at : eval::froc_readings) all.push_back(eval::sensitivity_at(curve, at));
    } catch (const ArgumentError&) {
      all.resize(all.size() + std::size(eval::froc_readings), std::numeric_limits<double>::quiet_NaN());
    }
  }
  return all;
}

std::vector<std::string> named(const std::vector<Reading>& readings) {
  std::vector<std::string> names = {"ap", "ap50", "ap75", "ar"};
  for (const Reading& reading : readings) {
    for (const double at : eval::froc_readings) names.push_back(concat(reading.prefix, at));
  }
  return names;
}

std::vector<Figure> without_intervals(const eval::CocoFigures& coco) {
  return {{"ap_small", coco.ap_small},   {"ap_medium", coco.ap_medium}, {"ap_large", coco.ap_large},
          {"ar_1", coco.ar_1},           {"ar_10", coco.ar_10},         {"ar_small", coco.ar_small},
          {"ar_medium", coco.ar_medium}, {"ar_large", coco.ar_large}};
}

/// As a staircase, up to a few false marks a film.
image::LineSeries staircase(const eval::FrocCurve& curve, eval::LesionRule rule) {
  constexpr double furthest = 8;
  image::LineSeries series{.name = std::string(name_of(rule)), .x = {}, .y = {}};
  for (std::size_t i = 0; i < curve.sensitivity.size(); ++i) {
    const double x = curve.false_marks_per_film[i];
    if (x > furthest) break;
    if (i > 0) {
      series.x.push_back(x);
      series.y.push_back(curve.sensitivity[i - 1]);
    }
    series.x.push_back(x);
    series.y.push_back(curve.sensitivity[i]);
  }
  return series;
}

} // namespace

DetectionFigures detection_figures(std::span<const eval::ImageBoxes> films,
                                   std::span<const std::string> patients,
                                   const eval::BootstrapOptions& bootstrap) {
  require<ArgumentError>(films.size() == patients.size(), patients.size(), " patients of ", films.size(),
                         " films, expected one for each");
  const Readable from(films);
  const auto& [coco, readings] = from;
  DetectionFigures result;
  result.films = films.size();
  result.lesions = readings.front().marks.lesions();
  result.lesion_free_films = readings.front().marks.lesion_free_films();
  result.patients = std::set<std::string>(patients.begin(), patients.end()).size();
  require<ArgumentError>(result.lesions > 0, "no lesion is marked on the ", result.films,
                         " films: there is nothing to find");

  const auto intervals = eval::clustered_bootstrap(
      patients, [&](std::span<const double> weights) { return values(from, weights); }, bootstrap);
  const std::vector<std::string> names = named(readings);
  const std::vector<double> all = values(from, {});
  for (std::size_t i = 0; i < all.size(); ++i) result.figures.push_back({names[i], all[i], intervals[i]});
  const std::vector<Figure> others = without_intervals(eval::coco_figures(films));
  result.figures.insert(result.figures.end(), others.begin(), others.end());

  for (const eval::LesionRule rule : eval::all_lesion_rules) {
    result.froc.push_back(staircase(eval::FrocMarks(films, rule).curve(), rule));
  }
  const eval::CocoMatches::Curve curve = coco.curve50();
  if (!curve.recall.empty())
    result.precision_recall = {{.name = "", .x = curve.recall, .y = curve.precision}};
  return result;
}

std::vector<Figure> detection_gains(std::span<const eval::ImageBoxes> films,
                                    std::span<const eval::ImageBoxes> others,
                                    std::span<const std::string> patients,
                                    const eval::BootstrapOptions& bootstrap) {
  require<ArgumentError>(films.size() == others.size() && films.size() == patients.size(), films.size(),
                         " and ", others.size(), " films of ", patients.size(),
                         " patients, expected as many of each");
  const Readable one(films);
  const Readable other(others);
  const auto gains = [&](std::span<const double> weights) {
    std::vector<double> gain = values(one, weights);
    const std::vector<double> less = values(other, weights);
    for (std::size_t i = 0; i < gain.size(); ++i) gain[i] -= less[i];
    return gain;
  };
  const std::vector<double> all = gains({});
  const auto intervals = eval::clustered_bootstrap(patients, gains, bootstrap);
  const std::vector<std::string> names = named(one.readings);
  std::vector<Figure> figures;
  for (std::size_t i = 0; i < all.size(); ++i) figures.push_back({names[i] + "_gain", all[i], intervals[i]});
  return figures;
}

} // namespace mammo::app
