#include "mammo/data/ddsm_tissue.hpp"

#include "mammo/core/error.hpp"
#include "mammo/image/read.hpp"

#include <algorithm>
#include <iterator>
#include <set>
#include <system_error>

namespace mammo::data {
namespace {

namespace fs = std::filesystem;

std::optional<Tissue> tissue_of(int grey) {
  switch (grey) {
  case 64: return Tissue::background;
  case 128: return Tissue::adipose;
  case 192: return Tissue::fibroglandular;
  case 255: return Tissue::pectoral_muscle;
  default: return std::nullopt;
  }
}

TissueFilm film_of(const fs::path& film, const fs::path& folder) {
  TissueFilm result;
  result.name = film.stem().string();
  result.patient = result.name.substr(0, result.name.find('.'));
  result.film = film;
  result.labels = folder / "labels" / (result.name + "_LI.png");
  const auto has = [&](const char* part) { return result.name.find(part) != std::string::npos; };
  if (has("LEFT") || has("RIGHT")) result.laterality = has("LEFT") ? Laterality::left : Laterality::right;
  if (has("_CC") || has("_MLO")) result.projection = has("_CC") ? Projection::cc : Projection::mlo;
  return result;
}

} // namespace

std::vector<TissueFilm> list_ddsm_tissue(const fs::path& folder) {
  std::vector<TissueFilm> films;
  std::error_code error;
  for (fs::directory_iterator entry(folder / "images", error), end; !error && entry != end;
       entry.increment(error)) {
    if (entry->path().extension() == ".png") films.push_back(film_of(entry->path(), folder));
  }
  if (error) throw FileError((folder / "images").string(), "cannot be listed: " + error.message());
  if (films.empty()) throw FileError((folder / "images").string(), "has no .png, expected films");
  std::ranges::sort(films, {}, &TissueFilm::name);
  for (const TissueFilm& film : films) {
    if (!fs::is_regular_file(film.labels, error))
      throw FileError(film.labels.string(), "no such labels, but there is " + film.film.string());
  }
  return films;
}

void deal_folds(std::vector<TissueFilm>& films, int folds) {
  require<ArgumentError>(folds >= 2, folds, " folds, expected at least 2");
  std::set<std::string> patients;
  for (const TissueFilm& film : films) patients.insert(film.patient);
  for (TissueFilm& film : films) {
    film.fold = static_cast<int>(std::distance(patients.begin(), patients.find(film.patient)) % folds);
  }
}

Tensor read_tissue_map(const fs::path& labels) {
  const image::Film picture = image::read_film(labels);
  if (picture.stored.dtype() != DType::u8)
    throw FileError(labels.string(), concat("has ", picture.bits, " bits, expected 8"));
  Tensor map = Tensor::empty(picture.stored.shape(), {.dtype = DType::u8});
  const auto from = picture.stored.data<std::uint8_t>();
  const auto to = map.mutable_data<std::uint8_t>();
  for (std::size_t i = 0; i < from.size(); ++i) {
    const auto tissue = tissue_of(from[i]);
    const auto width = static_cast<std::size_t>(picture.width());
    if (!tissue)
      throw FileError(labels.string(), concat("row ", i / width, ", column ", i % width, " is ", int{from[i]},
                                              ", expected 64, 128, 192 or 255"));
    to[i] = static_cast<std::uint8_t>(*tissue);
  }
  return map;
}

} // namespace mammo::data
