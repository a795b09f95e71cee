#pragma once

#include "mammo/data/annotated_film.hpp"
#include "mammo/data/coco.hpp"

#include <filesystem>
#include <optional>
#include <string>
#include <vector>

namespace mammo::data {

inline constexpr const char* coco_annotations_name = "_annotations.coco.json";

/// The median of true width over height of CBIS-DDSM's films: what square pictures of films are taken for
/// where nobody says better.
inline constexpr double median_film_aspect = 0.6;

/// Films with boxes in COCO's layout. Empty paths are sought.
struct DetectionSetOptions {
  std::filesystem::path folder = {};      ///< of the pictures
  std::filesystem::path annotations = {}; ///< default: `_annotations.coco.json` in the folder
  /// CBIS-DDSM's case file. Default: all `mass_case_description*.csv` in the folder, else in its parent, else
  /// none.
  std::filesystem::path cases = {};
  std::filesystem::path split = {}; ///< default: none
  std::vector<int> folds = {};      ///< keep only films of these; needs a split. Empty: all
  /// True width over height of the films, for those whose annotations do not say.
  std::optional<double> native_aspect = std::nullopt;
};

struct DetectionSet {
  std::vector<AnnotatedFilm> films; ///< in the annotation file's order
  std::vector<CocoCategory> categories;
  std::filesystem::path annotations;        ///< the file that was read
  std::vector<std::filesystem::path> cases; ///< the files that were read
  std::vector<std::string> warnings;
};

/// Joins annotations, cases and split; pictures are not opened.
///
/// A film's patient, side and view come from its name (parse_cbis_name). A film is taken to be stretched from
/// the aspect that its annotation says, else from `native_aspect`, else, where all films of the file are
/// square, which no film is, from median_film_aspect with a warning; else it is taken as it is.
///
/// Throws FileError on a file that is missing or malformed, ArgumentError on folds without a split, an aspect
/// outside 0.05 to 20, or where no film is left.
DetectionSet load_detection_set(const DetectionSetOptions& options);

} // namespace mammo::data
