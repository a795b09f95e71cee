#include "mammo/data/vindr.hpp"

#include "mammo/core/error.hpp"
#include "mammo/data/csv.hpp"

#include <map>
#include <string>
#include <string_view>

namespace mammo::data {
namespace {

/// The digit or letter that ends "BI-RADS 4" or "DENSITY C", counted from `first`; nothing where the field is
/// empty.
std::optional<int> category_of(const CsvTable& table, const CsvRow& row, std::size_t column, char first,
                               char last, int number_of_first) {
  const std::string_view text = table.text(row, column);
  if (text.empty()) return std::nullopt;
  if (text.back() < first || text.back() > last)
    table.refuse(row, column, concat("a category of ", first, " to ", last));
  return text.back() - first + number_of_first;
}

Box box_of(const CsvTable& table, const CsvRow& row) {
  const auto at = [&](const char* name) { return table.number(row, table.column(name)); };
  const Box box{at("xmin"), at("ymin"), at("xmax") - at("xmin"), at("ymax") - at("ymin")};
  if (box.width <= 0) table.refuse(row, table.column("xmax"), "more than xmin");
  if (box.height <= 0) table.refuse(row, table.column("ymax"), "more than ymin");
  return box;
}

template <class Value>
Value either(const CsvTable& table, const CsvRow& row, const char* column, const char* first_name,
             Value first, const char* second_name, Value second) {
  const std::string_view text = table.text(row, table.column(column));
  if (text == first_name) return first;
  if (text == second_name) return second;
  table.refuse(row, table.column(column), concat(first_name, " or ", second_name));
}

VindrFilm film_of(const CsvTable& table, const CsvRow& row, const std::filesystem::path& folder) {
  const auto text = [&](const char* name) { return std::string(table.text(row, table.column(name))); };
  VindrFilm result;
  AnnotatedFilm& film = result.film;
  film.name = text("image_id");
  film.patient = text("study_id");
  film.path = folder / "images" / film.patient / (film.name + ".dicom");
  film.height = table.whole_number(row, table.column("height"));
  film.width = table.whole_number(row, table.column("width"));
  film.laterality = either(table, row, "laterality", "L", Laterality::left, "R", Laterality::right);
  film.projection = either(table, row, "view_position", "CC", Projection::cc, "MLO", Projection::mlo);
  film.density = category_of(table, row, table.column("breast_density"), 'A', 'D', 1);
  result.is_test = either(table, row, "split", "test", true, "training", false);
  return result;
}

} // namespace

std::vector<VindrFilm> read_vindr(const std::filesystem::path& csv, const char* category) {
  const CsvTable table = CsvTable::read(csv);
  const std::size_t categories = table.column("finding_categories");
  const std::size_t xmin = table.column("xmin");
  const std::string wanted = concat('\'', category, '\''); // "['Mass', 'Skin Retraction']"
  std::vector<VindrFilm> films;
  std::map<std::string, std::size_t> place;
  for (const CsvRow& row : table.rows()) {
    const std::string name(table.text(row, table.column("image_id")));
    const auto [entry, is_new] = place.emplace(name, films.size());
    if (is_new) {
      films.push_back(film_of(table, row, csv.parent_path()));
      films.back().film.id = static_cast<std::int64_t>(entry->second);
    }
    const std::string_view named = table.text(row, categories);
    if (named.find(wanted) == std::string_view::npos || table.text(row, xmin).empty()) continue;
    AnnotatedLesion lesion;
    lesion.id = static_cast<std::int64_t>(row.line);
    lesion.box = box_of(table, row);
    lesion.area = lesion.box.area();
    lesion.shape = named;
    lesion.assessment = category_of(table, row, table.column("finding_birads"), '0', '6', 0);
    films[entry->second].film.lesions.push_back(std::move(lesion));
  }
  return films;
}

} // namespace mammo::data
