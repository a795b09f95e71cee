#include "mammo/data/cbis.hpp"

#include "mammo/core/error.hpp"
#include "mammo/data/csv.hpp"

#include <algorithm>
#include <array>
#include <regex>
#include <utility>

namespace mammo::data {
namespace {

/// The table's columns by name; TCIA's files for masses and for calcifications call three of them
/// differently.
struct Columns {
  static std::size_t either(const CsvTable& table, const char* name, const char* other) {
    return table.column(table.find_column(other) ? other : name);
  }

  explicit Columns(const CsvTable& table)
      : patient(table.column("patient_id")),
        density(either(table, "breast_density", "breast density")),
        laterality(table.column("left or right breast")),
        view(table.column("image view")),
        abnormality(table.column("abnormality id")),
        shape(either(table, "mass shape", "calc type")),
        margins(either(table, "mass margins", "calc distribution")),
        assessment(table.column("assessment")),
        pathology(table.column("pathology")) {}

  std::size_t patient, density, laterality, view, abnormality, shape, margins, assessment, pathology;
};

template <class Value>
Value one_of(const CsvTable& table, const CsvRow& row, std::size_t column,
             std::initializer_list<std::pair<std::string_view, Value>> known) {
  std::string expected;
  for (const auto& [name, value] : known) {
    if (table.text(row, column) == name) return value;
    expected += (expected.empty() ? "" : " or ") + std::string(name);
  }
  table.refuse(row, column, expected);
}

int category(const CsvTable& table, const CsvRow& row, std::size_t column, int highest) {
  const std::int64_t value = table.whole_number(row, column);
  if (value < 0 || value > highest) table.refuse(row, column, concat("0 to ", highest));
  return static_cast<int>(value);
}

CbisCase case_of(const CsvTable& table, const CsvRow& row, const Columns& columns) {
  CbisCase described;
  described.film.patient = table.text(row, columns.patient);
  if (described.film.patient.empty()) table.refuse(row, columns.patient, "a patient");
  described.film.laterality = one_of<Laterality>(table, row, columns.laterality,
                                                 {{"LEFT", Laterality::left}, {"RIGHT", Laterality::right}});
  described.film.projection =
      one_of<Projection>(table, row, columns.view, {{"CC", Projection::cc}, {"MLO", Projection::mlo}});
  described.abnormality = category(table, row, columns.abnormality, 1000);
  described.shape = table.text(row, columns.shape);
  described.margins = table.text(row, columns.margins);
  described.assessment = category(table, row, columns.assessment, 6);
  described.density = category(table, row, columns.density, 4);
  described.pathology = one_of<Pathology>(table, row, columns.pathology,
                                          {{"MALIGNANT", Pathology::malignant},
                                           {"BENIGN", Pathology::benign},
                                           {"BENIGN_WITHOUT_CALLBACK", Pathology::benign}});
  return described;
}

/// Whether all cases have the first one's `member`.
template <class Member>
bool agree(const std::vector<CbisCase>& cases, Member CbisCase::* member) {
  return std::ranges::all_of(cases, [&](const CbisCase& other) { return other.*member == cases[0].*member; });
}

} // namespace

std::optional<CbisFilm> parse_cbis_name(std::string_view name) {
  static const std::regex pattern("(?:^|[_/])(?:P_)?([0-9]{5})_(LEFT|RIGHT)_(CC|MLO)(?![A-Za-z0-9])");
  std::match_results<std::string_view::const_iterator> found;
  if (!std::regex_search(name.begin(), name.end(), found, pattern)) return std::nullopt;
  return CbisFilm{.patient = "P_" + found[1].str(),
                  .laterality = found[2] == "LEFT" ? Laterality::left : Laterality::right,
                  .projection = found[3] == "CC" ? Projection::cc : Projection::mlo};
}

CbisCases read_cbis_cases(const std::vector<std::filesystem::path>& files) {
  CbisCases cases;
  for (const auto& file : files) {
    const CsvTable table = CsvTable::read(file);
    const Columns columns(table);
    for (const CsvRow& row : table.rows()) {
      CbisCase described = case_of(table, row, columns);
      const CbisFilm film = described.film;
      cases[film].push_back(std::move(described));
    }
  }
  return cases;
}

void apply_cases(AnnotatedFilm& film, const std::vector<CbisCase>& cases) {
  if (cases.empty()) return;
  const CbisCase& first = cases.front();
  if (agree(cases, &CbisCase::density) && first.density > 0) film.density = first.density;
  for (AnnotatedLesion& lesion : film.lesions) {
    if (agree(cases, &CbisCase::pathology)) lesion.pathology = first.pathology;
    if (agree(cases, &CbisCase::shape)) lesion.shape = first.shape;
    if (agree(cases, &CbisCase::margins)) lesion.margins = first.margins;
    if (agree(cases, &CbisCase::assessment)) lesion.assessment = first.assessment;
    if (cases.size() == 1 && film.lesions.size() == 1) {
      lesion.lesion = concat(first.film.patient, '_', name_of(first.film.laterality), '_', first.abnormality);
    }
  }
}

} // namespace mammo::data
