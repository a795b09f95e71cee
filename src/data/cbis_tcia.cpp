#include "mammo/data/cbis_tcia.hpp"

#include "mammo/core/error.hpp"
#include "mammo/data/cbis.hpp"
#include "mammo/data/csv.hpp"
#include "mammo/image/read.hpp"

#include <algorithm>
#include <charconv>
#include <map>
#include <optional>
#include <string>
#include <system_error>

namespace mammo::data {
namespace {

namespace fs = std::filesystem;

/// A series of the table.
struct Series {
  CbisFilm film;
  int abnormality = 0; ///< 0: the film itself
  fs::path folder;
};

/// The number behind the view, as in "..._LEFT_CC_2"; 0 where there is none.
int abnormality_of(std::string_view subject) {
  const std::string_view last = subject.substr(subject.rfind('_') + 1);
  int number = 0;
  const auto [end, error] = std::from_chars(last.data(), last.data() + last.size(), number);
  return error == std::errc() && end == last.data() + last.size() ? number : 0;
}

std::vector<Series> series_of(const fs::path& metadata) {
  const CsvTable table = CsvTable::read(metadata);
  const std::size_t subject = table.column("Subject ID");
  const std::size_t location = table.column("File Location");
  std::vector<Series> all;
  for (const CsvRow& row : table.rows()) {
    const auto film = parse_cbis_name(table.text(row, subject));
    if (!film) table.refuse(row, subject, "a name like Mass-Training_P_00001_LEFT_CC_1");
    all.push_back({.film = *film,
                   .abnormality = abnormality_of(table.text(row, subject)),
                   .folder = metadata.parent_path() / fs::path(table.text(row, location))});
  }
  return all;
}

std::vector<fs::path> objects_in(const fs::path& folder) {
  std::vector<fs::path> objects;
  std::error_code error;
  for (fs::directory_iterator entry(folder, error), end; !error && entry != end; entry.increment(error)) {
    if (entry->path().extension() == ".dcm") objects.push_back(entry->path());
  }
  if (error) throw FileError(folder.string(), "cannot be listed: " + error.message());
  if (objects.empty()) throw FileError(folder.string(), "has no .dcm, expected the objects of a series");
  std::ranges::sort(objects);
  return objects;
}

AnnotatedFilm film_of(const Series& series) {
  AnnotatedFilm film;
  film.path = objects_in(series.folder).front();
  const image::Film picture = image::read_film(film.path);
  film.height = picture.height();
  film.width = picture.width();
  film.patient = series.film.patient;
  film.laterality = series.film.laterality;
  film.projection = series.film.projection;
  film.name = concat(film.patient, film.laterality == Laterality::left ? "_LEFT_" : "_RIGHT_",
                     name_of(series.film.projection));
  return film;
}

std::optional<Box> box_in(const Series& series, const AnnotatedFilm& film) {
  for (const fs::path& object : objects_in(series.folder)) {
    const image::Film picture = image::read_film(object);
    if (picture.height() == film.height && picture.width() == film.width)
      return extent_of_mask(picture.stored);
  }
  return std::nullopt;
}

void add_lesion(AnnotatedFilm& film, const Series& series, const CbisCases& cases) {
  const std::optional<Box> box = box_in(series, film);
  const std::string name =
      concat(film.patient, '_', name_of(series.film.laterality), '_', series.abnormality);
  // A series for the crop and one for the mask may both name the abnormality.
  const bool is_known = std::ranges::find(film.lesions, name, &AnnotatedLesion::lesion) != film.lesions.end();
  if (!box || box->area() <= 0 || is_known) return;
  AnnotatedFilm alone; // so that its own row meets it alone
  AnnotatedLesion& lesion = alone.lesions.emplace_back();
  lesion.id = series.abnormality;
  lesion.box = *box;
  lesion.area = box->area();
  lesion.lesion = name;
  if (const auto rows = cases.find(series.film); rows != cases.end()) {
    std::vector<CbisCase> own = rows->second;
    std::erase_if(own, [&](const CbisCase& row) { return row.abnormality != series.abnormality; });
    apply_cases(alone, own);
    if (alone.density) film.density = alone.density;
  }
  film.lesions.push_back(std::move(lesion));
}

} // namespace

Box extent_of_mask(const Tensor& mask) {
  const Tensor wide = mask.to(DType::f32).contiguous();
  const auto pixels = wide.data<float>();
  const std::int64_t width = mask.size(1);
  std::int64_t left = width, right = 0, top = mask.size(0), bottom = 0;
  for (std::int64_t y = 0; y < mask.size(0); ++y) {
    for (std::int64_t x = 0; x < width; ++x) {
      if (pixels[static_cast<std::size_t>(y * width + x)] == 0) continue;
      left = std::min(left, x);
      right = std::max(right, x + 1);
      top = std::min(top, y);
      bottom = std::max(bottom, y + 1);
    }
  }
  if (right <= left) return {};
  return {static_cast<double>(left), static_cast<double>(top), static_cast<double>(right - left),
          static_cast<double>(bottom - top)};
}

std::vector<AnnotatedFilm> read_cbis_tcia(const fs::path& metadata, const std::vector<fs::path>& cases) {
  const std::vector<Series> all = series_of(metadata);
  const CbisCases rows = read_cbis_cases(cases);
  std::vector<AnnotatedFilm> films;
  std::map<CbisFilm, std::size_t> place;
  for (const Series& series : all) {
    if (series.abnormality != 0 || !place.emplace(series.film, films.size()).second) continue;
    films.push_back(film_of(series));
    films.back().id = static_cast<std::int64_t>(films.size());
  }
  for (const Series& series : all) {
    const auto found = place.find(series.film);
    if (series.abnormality != 0 && found != place.end()) add_lesion(films[found->second], series, rows);
  }
  return films;
}

} // namespace mammo::data
