#pragma once

#include "mammo/core/geometry.hpp"
#include "mammo/data/annotated_film.hpp"

#include <filesystem>
#include <string>
#include <vector>

namespace mammo::data {

/// An outlined finding.
struct InbreastOutline {
  std::string name;          ///< "Mass", "Calcification", ...
  std::vector<Point> points; ///< closed, in pixels; a single one for a spot
};

/// Reads the outlines of one film, an XML property list as OsiriX writes it (`AllXML/<film>.xml`). Throws
/// FileError where a point is none.
std::vector<InbreastOutline> read_inbreast_outlines(const std::filesystem::path& xml);

/// Reads INbreast (Moreira et al., Academic Radiology 2012): `INbreast.csv`, separated by semicolons, with
/// the films in `AllDICOMs/<film>_<patient>_MG_<side>_<view>_ANON.dcm` and outlines in `AllXML/<film>.xml`.
/// Films are opened for their sizes. A lesion is the extent of an outline called Mass; BI-RADS is the
/// breast's, so `assessment` is set where the film has one lesion. There is no pathology. Throws FileError,
/// with the line where the table is to blame.
std::vector<AnnotatedFilm> read_inbreast(const std::filesystem::path& folder);

} // namespace mammo::data
