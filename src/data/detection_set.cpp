#include "mammo/data/detection_set.hpp"

#include "mammo/core/error.hpp"
#include "mammo/data/cbis.hpp"
#include "mammo/data/split.hpp"

#include <algorithm>
#include <map>
#include <system_error>
#include <utility>

namespace mammo::data {
namespace {

namespace fs = std::filesystem;

/// Files of a folder, by name, called mass_case_description*.csv.
std::vector<fs::path> case_files_in(const fs::path& folder) {
  std::vector<fs::path> files;
  std::error_code error;
  for (fs::directory_iterator entry(folder, error), end; !error && entry != end; entry.increment(error)) {
    const std::string name = entry->path().filename().string();
    if (name.starts_with("mass_case_description") && name.ends_with(".csv")) files.push_back(entry->path());
  }
  std::ranges::sort(files);
  return files;
}

std::vector<fs::path> find_case_files(const DetectionSetOptions& options) {
  if (!options.cases.empty()) return {options.cases};
  std::vector<fs::path> files = case_files_in(options.folder);
  if (files.empty()) files = case_files_in(fs::absolute(options.folder / "").parent_path().parent_path());
  return files;
}

AnnotatedFilm film_of(const CocoImage& image, const fs::path& folder) {
  AnnotatedFilm film;
  film.id = image.id;
  film.path = folder / image.file_name;
  film.name = image.file_name;
  film.height = image.height;
  film.width = image.width;
  film.native_aspect = image.native_aspect;
  film.patient = fs::path(image.file_name).stem().string();
  if (const auto known = parse_cbis_name(image.file_name)) {
    film.patient = known->patient;
    film.laterality = known->laterality;
    film.projection = known->projection;
  }
  return film;
}

AnnotatedLesion lesion_of(const CocoAnnotation& annotation) {
  AnnotatedLesion lesion;
  lesion.id = annotation.id;
  lesion.category = annotation.category_id;
  lesion.box = annotation.box;
  lesion.area = annotation.area;
  lesion.crowd = annotation.crowd;
  return lesion;
}

std::vector<AnnotatedFilm> films_of(const CocoFile& file, const fs::path& folder) {
  std::vector<AnnotatedFilm> films;
  std::map<std::int64_t, std::size_t> place; // image ids are in no order
  for (const CocoImage& image : file.images) {
    place[image.id] = films.size();
    films.push_back(film_of(image, folder));
  }
  for (const CocoAnnotation& annotation : file.annotations) {
    films[place.at(annotation.image_id)].lesions.push_back(lesion_of(annotation));
  }
  return films;
}

void set_aspects(std::vector<AnnotatedFilm>& films, std::optional<double> given,
                 std::vector<std::string>& warnings) {
  const auto is_square = [](const AnnotatedFilm& film) { return film.width == film.height; };
  const auto unsaid = [](const AnnotatedFilm& film) { return !film.native_aspect; };
  if (!given && std::ranges::any_of(films, unsaid) && std::ranges::all_of(films, is_square)) {
    given = median_film_aspect;
    warnings.push_back(concat("all films are square and nobody says what they were stretched from: ",
                              median_film_aspect, " wide to 1 high is assumed, CBIS-DDSM's median"));
  }
  for (AnnotatedFilm& film : films) {
    if (unsaid(film)) film.native_aspect = given;
  }
}

void add_cases(DetectionSet& set) {
  const CbisCases cases = read_cbis_cases(set.cases);
  std::size_t without = 0;
  for (AnnotatedFilm& film : set.films) {
    const auto known = parse_cbis_name(film.name);
    const auto found = known ? cases.find(*known) : cases.end();
    if (found != cases.end()) {
      apply_cases(film, found->second);
    } else {
      ++without;
    }
  }
  if (without > 0 && !set.cases.empty())
    set.warnings.push_back(concat(without, " of ", set.films.size(), " films are in no case file"));
}

void keep_folds(DetectionSet& set, const DetectionSetOptions& options) {
  if (options.split.empty()) return;
  const Split split = read_split(options.split);
  std::size_t without = 0;
  for (AnnotatedFilm& film : set.films) {
    const auto found = split.find(film.patient);
    if (found != split.end()) film.fold = found->second;
    without += found == split.end() ? 1 : 0;
  }
  if (without > 0) {
    set.warnings.push_back(concat(without, " of ", set.films.size(), " films are of patients that ",
                                  options.split.string(), " does not have"));
  }
  if (options.folds.empty()) return;
  std::erase_if(set.films, [&](const AnnotatedFilm& film) {
    return !film.fold || std::ranges::find(options.folds, *film.fold) == options.folds.end();
  });
}

} // namespace

DetectionSet load_detection_set(const DetectionSetOptions& options) {
  require<ArgumentError>(options.folds.empty() || !options.split.empty(),
                         "folds were asked for without a split file");
  const double aspect = options.native_aspect.value_or(1);
  require<ArgumentError>(aspect >= 0.05 && aspect <= 20, "native aspect (width / height) ", aspect,
                         ", expected 0.05 to 20");
  DetectionSet set;
  set.annotations =
      options.annotations.empty() ? options.folder / coco_annotations_name : options.annotations;
  set.cases = find_case_files(options);
  CocoFile file = read_coco(set.annotations);
  set.films = films_of(file, options.folder);
  set.categories = std::move(file.categories);
  set_aspects(set.films, options.native_aspect, set.warnings);
  add_cases(set);
  keep_folds(set, options);
  require<ArgumentError>(!set.films.empty(), set.annotations.string(), ": no film is left to look at");
  return set;
}

} // namespace mammo::data
