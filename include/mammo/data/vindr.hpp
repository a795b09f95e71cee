#pragma once

#include "mammo/data/annotated_film.hpp"

#include <filesystem>
#include <vector>

namespace mammo::data {

/// A film of VinDr-Mammo, and the part that its authors put it in.
struct VindrFilm {
  AnnotatedFilm film;
  bool is_test = false;
};

/// Reads `finding_annotations.csv` of VinDr-Mammo (Nguyen et al., Scientific Data 2023): a row for each
/// finding, and one without a box for each film without any. Films come in the order of their first rows, at
/// `images/<study_id>/<image_id>.dicom` beside the file; the study stands for the patient. A finding is kept
/// as a lesion where its categories name `category`; `shape` holds all of its categories, `assessment` its
/// BI-RADS. Findings have no pathology. Throws FileError with the line on a row that cannot be understood.
std::vector<VindrFilm> read_vindr(const std::filesystem::path& csv, const char* category = "Mass");

} // namespace mammo::data
