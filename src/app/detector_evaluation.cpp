#include "mammo/app/detector_evaluation.hpp"

#include "mammo/core/error.hpp"

#include <algorithm>
#include <cctype>
#include <map>
#include <set>
#include <system_error>

namespace mammo::app {
namespace {

void require_pictures(const data::DetectionSet& set) {
  for (const data::AnnotatedFilm& film : set.films) {
    std::error_code error;
    if (!std::filesystem::is_regular_file(film.path, error))
      throw FileError(film.path.string(),
                      concat("no such picture, but ", set.annotations.string(), " lists it"));
  }
}

/// From pixels of the picture to those of the annotations, which may be of another size.
data::CocoResult result_of(const Detection& detection, const Analysis& analysis,
                           const data::AnnotatedFilm& film, std::int64_t category) {
  const double x = static_cast<double>(film.width) / static_cast<double>(analysis.image.width);
  const double y = static_cast<double>(film.height) / static_cast<double>(analysis.image.height);
  return {.image_id = film.id,
          .category_id = category,
          .box = AffineTransform::scaling(x, y).apply(detection.box),
          .score = detection.score};
}

std::string listed(const std::vector<data::CocoCategory>& categories) {
  std::string text;
  for (const data::CocoCategory& category : categories) {
    text += concat(text.empty() ? "" : ", ", category.id, " \"", category.name, '"');
  }
  return text;
}

bool names_masses(const data::CocoCategory& category) {
  std::string name = category.name;
  std::ranges::transform(name, name.begin(),
                         [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
  return name.find("mass") != std::string::npos;
}

/// Films in the order of their ids.
std::vector<const data::AnnotatedFilm*> ordered(const data::DetectionSet& set) {
  std::vector<const data::AnnotatedFilm*> films;
  for (const data::AnnotatedFilm& film : set.films) films.push_back(&film);
  std::ranges::sort(films, {}, &data::AnnotatedFilm::id);
  return films;
}

} // namespace

std::int64_t mass_category(const data::DetectionSet& set) {
  std::set<std::int64_t> used;
  for (const data::AnnotatedFilm& film : set.films) {
    for (const data::AnnotatedLesion& lesion : film.lesions) used.insert(lesion.category);
  }
  if (used.size() == 1) return *used.begin();
  std::vector<std::int64_t> masses;
  for (const data::CocoCategory& category : set.categories) {
    if (used.contains(category.id) && names_masses(category)) masses.push_back(category.id);
  }
  require<ArgumentError>(masses.size() == 1, set.annotations.string(), ": categories in use: ", used.size(),
                         " of ", listed(set.categories), "; expected one, or one with \"mass\" in its name");
  return masses.front();
}

DetectorMarks mark_films(Analyzer& analyzer, const data::DetectionSet& set, const FilmCalls& calls) {
  require_pictures(set);
  const std::int64_t category = mass_category(set);
  DetectorMarks marks;
  for (const data::AnnotatedFilm& film : set.films) {
    if (calls.stop && calls.stop()) break;
    if (calls.started) calls.started(film);
    FileOptions options;
    options.analysis.threshold = 0;
    options.analysis.aspect = film.native_aspect;
    const Analysis analysis = analyzer.analyze_file(film.path, options);
    for (const Detection& detection : analysis.detections) {
      marks.results.push_back(result_of(detection, analysis, film, category));
    }
    marks.models = analysis.models;
    marks.execution = analysis.execution;
    if (calls.ended) calls.ended();
  }
  return marks;
}

std::vector<eval::ImageBoxes> joined(const data::DetectionSet& set, std::span<const data::CocoResult> results,
                                     std::optional<std::int64_t> category) {
  const auto is_wanted = [&](std::int64_t other) { return !category || other == *category; };
  std::vector<eval::ImageBoxes> images;
  std::map<std::int64_t, std::size_t> place;
  for (const data::AnnotatedFilm* film : ordered(set)) {
    place[film->id] = images.size();
    eval::ImageBoxes& image = images.emplace_back();
    for (const data::AnnotatedLesion& lesion : film->lesions) {
      if (!is_wanted(lesion.category)) continue;
      image.truth.push_back(
          {.box = lesion.box, .category = lesion.category, .area = lesion.area, .crowd = lesion.crowd});
    }
  }
  for (const data::CocoResult& result : results) {
    const auto found = place.find(result.image_id);
    if (found == place.end() || !is_wanted(result.category_id)) continue;
    images[found->second].found.push_back(
        {.box = result.box, .category = result.category_id, .score = result.score});
  }
  return images;
}

std::vector<std::string> patients_of(const data::DetectionSet& set) {
  std::vector<std::string> patients;
  for (const data::AnnotatedFilm* film : ordered(set)) patients.push_back(film->patient);
  return patients;
}

} // namespace mammo::app
