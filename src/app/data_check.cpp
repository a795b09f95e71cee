#include "mammo/app/data_check.hpp"

#include "mammo/core/error.hpp"
#include "mammo/image/read.hpp"
#include "mammo/image/resample.hpp"
#include "mammo/image/voi.hpp"

#include <algorithm>
#include <cstdlib>
#include <map>
#include <optional>
#include <set>
#include <system_error>

namespace mammo::app {
namespace {

namespace fs = std::filesystem;

constexpr std::int64_t thumbnail_side = 32;
constexpr int alike = 3; // grey levels

struct Picture {
  std::string name;
  std::string patient;
  Tensor thumbnail;
};

std::string name_in(const DataPart& part, const data::AnnotatedFilm& film) {
  return part.name == "." ? film.name : part.name + "/" + film.name;
}

template <class Key>
std::string listed(const std::map<Key, std::size_t>& counts, const char* prefix = "") {
  std::string text;
  for (const auto& [key, count] : counts) text += concat(text.empty() ? "" : ", ", count, ' ', prefix, key);
  return text;
}

void count_part(const DataPart& part, std::vector<std::string>& lines) {
  std::set<std::string> patients;
  std::size_t lesions = 0, crowds = 0, free = 0;
  std::map<std::string, std::size_t> pathologies;
  std::map<int, std::size_t> folds, densities;
  for (const data::AnnotatedFilm& film : part.set.films) {
    patients.insert(film.patient);
    free += film.lesions.empty() ? 1 : 0;
    if (film.fold) ++folds[*film.fold];
    if (film.density) ++densities[*film.density];
    for (const data::AnnotatedLesion& lesion : film.lesions) {
      ++(lesion.crowd ? crowds : lesions);
      if (!lesion.pathology) {
        ++pathologies["of unknown pathology"];
      } else {
        ++pathologies[*lesion.pathology == data::Pathology::malignant ? "malignant" : "benign"];
      }
    }
  }
  const std::string where = part.name == "." ? "" : part.name + ": ";
  lines.push_back(concat(where, part.set.films.size(), " films of ", patients.size(), " patients, ", lesions,
                         " lesion boxes (", listed(pathologies), "), ", crowds, " crowd boxes, ", free,
                         " films without any"));
  if (!folds.empty()) lines.push_back(concat(where, "films by fold: ", listed(folds, "in ")));
  if (!densities.empty()) lines.push_back(concat(where, "films by density: ", listed(densities, "of ")));
}

void check_boxes(const std::string& name, const data::AnnotatedFilm& film,
                 std::vector<std::string>& problems) {
  constexpr double tolerance = 0.5;
  for (const data::AnnotatedLesion& lesion : film.lesions) {
    const Box& box = lesion.box;
    const std::string what =
        concat(name, ": box ", lesion.id, " (", box.x, ", ", box.y, ", ", box.width, ", ", box.height, ")");
    if (box.area() <= 0) problems.push_back(what + " is empty");
    if (box.x < -tolerance || box.y < -tolerance ||
        box.right() > static_cast<double>(film.width) + tolerance ||
        box.bottom() > static_cast<double>(film.height) + tolerance)
      problems.push_back(
          concat(what, " reaches out of the film, ", film.width, " wide and ", film.height, " high"));
  }
}

/// The film's thumbnail; nothing, and a problem, where it cannot be read.
std::optional<Tensor> check_picture(const std::string& name, const data::AnnotatedFilm& film,
                                    std::vector<std::string>& problems) {
  std::error_code error;
  if (!fs::exists(film.path, error)) {
    problems.push_back(name + ": the picture is missing");
    return std::nullopt;
  }
  try {
    const image::Film picture = image::read_film(film.path);
    if (picture.height() != film.height || picture.width() != film.width)
      problems.push_back(concat(name, ": the picture is ", picture.height(), " high and ", picture.width(),
                                " wide, its annotations are for ", film.height, " and ", film.width));
    return image::resize_area(image::render_grey8(picture).pixels, thumbnail_side, thumbnail_side);
  } catch (const Error& refused) {
    problems.emplace_back(refused.what());
    return std::nullopt;
  }
}

bool look_alike(const Tensor& a, const Tensor& b) {
  return std::ranges::equal(a.data<std::uint8_t>(), b.data<std::uint8_t>(),
                            [](int x, int y) { return std::abs(x - y) <= alike; });
}

void check_duplicates(const std::vector<Picture>& pictures, std::vector<std::string>& problems) {
  for (std::size_t i = 0; i < pictures.size(); ++i) {
    for (std::size_t j = i + 1; j < pictures.size(); ++j) {
      if (!look_alike(pictures[i].thumbnail, pictures[j].thumbnail)) continue;
      problems.push_back(concat(pictures[i].name, " and ", pictures[j].name, " show the same picture",
                                pictures[i].patient == pictures[j].patient ? "" : ", of two patients"));
    }
  }
}

void check_patients(const std::vector<DataPart>& parts, std::vector<std::string>& problems) {
  std::map<std::string, std::set<std::string>> places;
  for (const DataPart& part : parts) {
    for (const data::AnnotatedFilm& film : part.set.films) places[film.patient].insert(part.name);
  }
  for (const auto& [patient, in] : places) {
    if (in.size() < 2) continue;
    std::string names;
    for (const std::string& name : in) names += (names.empty() ? "" : " and ") + name;
    problems.push_back(concat("patient ", patient, " is in ", names));
  }
}

} // namespace

std::vector<DataPart> load_parts(const data::DetectionSetOptions& options) {
  std::error_code error;
  if (!options.annotations.empty() || fs::exists(options.folder / data::coco_annotations_name, error))
    return {{".", data::load_detection_set(options)}};
  std::vector<DataPart> parts;
  for (fs::directory_iterator entry(options.folder, error), end; !error && entry != end;
       entry.increment(error)) {
    if (!fs::exists(entry->path() / data::coco_annotations_name)) continue;
    data::DetectionSetOptions part = options;
    part.folder = entry->path();
    parts.push_back({entry->path().filename().string(), data::load_detection_set(part)});
  }
  if (error) throw FileError(options.folder.string(), "cannot be listed: " + error.message());
  if (parts.empty())
    throw FileError(options.folder.string(),
                    concat("neither it nor a folder in it has ", data::coco_annotations_name));
  std::ranges::sort(parts, {}, &DataPart::name);
  return parts;
}

DataCheck check_data(const std::vector<DataPart>& parts, const FilmCalls& calls) {
  DataCheck check;
  std::vector<Picture> pictures;
  for (const DataPart& part : parts) {
    count_part(part, check.counts);
    for (const std::string& warning : part.set.warnings) {
      check.problems.push_back(part.name == "." ? warning : part.name + ": " + warning);
    }
    for (const data::AnnotatedFilm& film : part.set.films) {
      if (calls.stop && calls.stop()) return check;
      if (calls.started) calls.started(film);
      const std::string name = name_in(part, film);
      check_boxes(name, film, check.problems);
      if (auto thumbnail = check_picture(name, film, check.problems))
        pictures.push_back({name, film.patient, std::move(*thumbnail)});
      if (calls.ended) calls.ended();
    }
  }
  check_duplicates(pictures, check.problems);
  check_patients(parts, check.problems);
  return check;
}

} // namespace mammo::app
