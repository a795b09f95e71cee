#include "mammo/app/analysis_evaluation.hpp"

#include "app/malignancy.hpp"
#include "mammo/core/error.hpp"
#include "mammo/image/read.hpp"
#include "mammo/image/voi.hpp"

#include <algorithm>
#include <array>
#include <limits>
#include <map>
#include <utility>

namespace mammo::app {
namespace {

constexpr std::array thresholds{0.2, 0.3, 0.5};
constexpr std::array thesis_regions{1.93, 1.04, 0.31}; // per film: 698, 374 and 112 on 361 films

/// The score that leaves about so many regions a film: that of the last one that is kept.
double threshold_for(std::vector<double> scores, std::size_t films, double regions_per_film) {
  std::ranges::sort(scores, std::ranges::greater{});
  const auto wanted = static_cast<std::size_t>(regions_per_film * static_cast<double>(films) + 0.5);
  if (scores.empty()) return 1;
  return scores[std::clamp<std::size_t>(wanted, 1, scores.size()) - 1];
}

template <class Region>
std::vector<double> scores_of(std::span<const Region> regions, double Region::* score) {
  std::vector<double> scores;
  for (const Region& region : regions) scores.push_back(region.*score);
  return scores;
}

/// Of one film at one threshold.
struct Counts {
  double lesions = 0;
  double found = 0;
  double correct = 0;
  double regions = 0;
};

/// Regions in the order of their scores, each taking the free lesion that it overlaps most.
Counts count(const data::AnnotatedFilm& film, std::span<const ScoredRegion* const> best_first,
             double threshold) {
  constexpr double least_iou = 0.5;
  Counts counts;
  std::vector<const data::AnnotatedLesion*> free;
  for (const data::AnnotatedLesion& lesion : film.lesions) free.push_back(&lesion);
  counts.lesions = static_cast<double>(free.size());
  for (const ScoredRegion* region : best_first) {
    if (region->detection_score < threshold) continue;
    counts.regions += 1;
    const auto overlap = [&](const data::AnnotatedLesion* lesion) { return iou(lesion->box, region->box); };
    const auto best = std::ranges::max_element(free, {}, overlap);
    if (best == free.end() || overlap(*best) < least_iou) continue;
    const bool malignant = (*best)->pathology == data::Pathology::malignant;
    counts.found += 1;
    counts.correct += (region->malignancy >= 0.5) == malignant ? 1 : 0;
    free.erase(best);
  }
  return counts;
}

using FilmCounts = std::vector<Counts>;

FilmCounts count_films(const data::DetectionSet& set, std::span<const ScoredRegion> regions,
                       double threshold) {
  std::map<std::int64_t, std::vector<const ScoredRegion*>> by_film;
  for (const ScoredRegion& region : regions) by_film[region.image_id].push_back(&region);
  for (auto& [film, of_film] : by_film) {
    std::ranges::stable_sort(of_film, std::ranges::greater{}, &ScoredRegion::detection_score);
  }
  FilmCounts counts;
  for (const data::AnnotatedFilm& film : set.films)
    counts.push_back(count(film, by_film[film.id], threshold));
  return counts;
}

/// correct, found, false share, regions per film.
std::vector<double> rates(const FilmCounts& films, std::span<const double> weights) {
  Counts sum;
  double total = 0;
  for (std::size_t i = 0; i < films.size(); ++i) {
    sum.lesions += weights[i] * films[i].lesions;
    sum.found += weights[i] * films[i].found;
    sum.correct += weights[i] * films[i].correct;
    sum.regions += weights[i] * films[i].regions;
    total += weights[i];
  }
  return {sum.correct / sum.lesions, sum.found / sum.lesions, 1 - sum.correct / sum.regions,
          sum.regions / total};
}

void add_reading(std::vector<Figure>& figures, const std::string& suffix, const FilmCounts& films,
                 std::span<const std::string> patients, const eval::BootstrapOptions& bootstrap) {
  constexpr std::array names{"correct", "found", "false_share", "regions_per_film"};
  const auto drawn = [&](std::span<const double> weights) { return rates(films, weights); };
  const std::vector<double> values = drawn(std::vector<double>(films.size(), 1.0));
  const auto intervals = eval::clustered_bootstrap(patients, drawn, bootstrap);
  for (std::size_t i = 0; i < names.size(); ++i) {
    figures.push_back({names[i] + suffix, values[i], intervals[i]});
  }
}

bool is_usable(const data::AnnotatedFilm& film) {
  return std::ranges::all_of(film.lesions, [](const data::AnnotatedLesion& lesion) {
    return lesion.pathology && !lesion.crowd && lesion.box.area() > 0;
  });
}

} // namespace

data::DetectionSet with_known_pathology(data::DetectionSet set) {
  const std::int64_t mass = mass_category(set);
  for (data::AnnotatedFilm& film : set.films) {
    std::erase_if(film.lesions, [=](const data::AnnotatedLesion& lesion) { return lesion.category != mass; });
  }
  std::erase_if(set.films, [](const data::AnnotatedFilm& film) { return !is_usable(film); });
  require<ArgumentError>(!set.films.empty(), set.annotations.string(),
                         ": no film whose lesions all have a known pathology");
  return set;
}

double lowest_threshold(const data::DetectionSet& set, std::span<const data::CocoResult> marks) {
  double lowest = *std::ranges::min_element(thresholds);
  for (const double regions : thesis_regions) {
    lowest = std::min(lowest,
                      threshold_for(scores_of(marks, &data::CocoResult::score), set.films.size(), regions));
  }
  return lowest;
}

std::vector<ScoredRegion> score_regions(const models::PathologyModel& model, const data::DetectionSet& set,
                                        std::span<const data::CocoResult> marks, double threshold,
                                        const FilmCalls& calls) {
  std::vector<ScoredRegion> regions;
  for (const data::AnnotatedFilm& film : set.films) {
    if (calls.stop && calls.stop()) break;
    std::vector<ScoredRegion> found;
    for (const data::CocoResult& mark : marks) {
      if (mark.image_id != film.id || mark.score < threshold) continue;
      found.push_back({.image_id = film.id, .box = mark.box, .detection_score = mark.score});
    }
    if (found.empty()) continue;
    if (calls.started) calls.started(film);
    const image::Film read = image::read_film(film.path);
    const auto lesions =
        train::lesion_film(image::render_grey8(read).pixels, film.aspect(), model.config.input);
    const auto to_picture =
        AffineTransform::scaling(static_cast<double>(read.width()) / static_cast<double>(film.width),
                                 static_cast<double>(read.height()) / static_cast<double>(film.height));
    std::vector<Box> boxes;
    for (const ScoredRegion& region : found) boxes.push_back(to_picture.apply(region.box));
    const std::vector<double> logits = malignancy_logits(model, lesions, boxes);
    for (std::size_t i = 0; i < found.size(); ++i) {
      found[i].malignancy = model.config.calibration.score(logits[i]);
    }
    regions.insert(regions.end(), found.begin(), found.end());
    if (calls.ended) calls.ended();
  }
  return regions;
}

std::vector<Figure> end_to_end_figures(const data::DetectionSet& set, std::span<const ScoredRegion> regions,
                                       const eval::BootstrapOptions& bootstrap) {
  const bool has_lesions =
      std::ranges::any_of(set.films, [](const data::AnnotatedFilm& film) { return !film.lesions.empty(); });
  require<ArgumentError>(has_lesions, "an evaluation from end to end of films without lesions");
  std::vector<std::string> patients;
  for (const data::AnnotatedFilm& film : set.films) patients.push_back(film.patient);
  std::vector<Figure> figures;
  for (const double threshold : thresholds) {
    add_reading(figures, concat("_at_", threshold), count_films(set, regions, threshold), patients,
                bootstrap);
  }
  for (const double wanted : thesis_regions) {
    const double threshold =
        threshold_for(scores_of(regions, &ScoredRegion::detection_score), set.films.size(), wanted);
    const std::string suffix = concat("_at_", wanted, "_regions");
    figures.push_back({"threshold" + suffix, threshold});
    add_reading(figures, suffix, count_films(set, regions, threshold), patients, bootstrap);
  }
  return figures;
}

} // namespace mammo::app
