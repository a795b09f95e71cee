#pragma once

#include "mammo/data/annotated_film.hpp"
#include "mammo/data/view.hpp"

#include <cstddef>
#include <filesystem>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace mammo::data {

// CBIS-DDSM (Sawyer-Lee et al. 2016, doi 10.7937/K9/TCIA.2016.7O02S9CY) names a film by patient, side and
// view, and describes each abnormality of each film in a row of a CSV file.

/// What identifies a film; orders by patient, side, view.
struct CbisFilm {
  std::string patient; ///< "P_00484"
  Laterality laterality = Laterality::left;
  Projection projection = Projection::cc;
  auto operator<=>(const CbisFilm&) const = default;
};

/// A film from a name that says it: "00484_RIGHT_CC.jpg", "P_00484_RIGHT_CC", or
/// "Mass-Training_P_00484_RIGHT_CC_1". Nothing from other names.
std::optional<CbisFilm> parse_cbis_name(std::string_view name);

/// One row of `mass_case_description_*.csv`: one abnormality on one film.
struct CbisCase {
  CbisFilm film;
  int abnormality = 0;                     ///< from 1, the same in both views
  Pathology pathology = Pathology::benign; ///< BENIGN_WITHOUT_CALLBACK is benign
  std::string shape;                       ///< "IRREGULAR", "OVAL-LOBULATED", ...; may be empty
  std::string margins;
  int assessment = 0; ///< BI-RADS, 0 to 6
  int density = 0;    ///< BI-RADS, 1 to 4; 0 where the row says 0 (CBIS has a few)
};

using CbisCases = std::map<CbisFilm, std::vector<CbisCase>>;

/// Reads case files into one table. Throws FileError with the line on a row that cannot be understood.
CbisCases read_cbis_cases(const std::vector<std::filesystem::path>& files);

/// Writes into a film what its cases say. The rows do not tell which of several boxes each describes, so a
/// property is set only where all rows of the film agree on it, and the lesion's name only where one row
/// meets one box.
void apply_cases(AnnotatedFilm& film, const std::vector<CbisCase>& cases);

} // namespace mammo::data
