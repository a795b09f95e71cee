#pragma once

#include "mammo/app/detector_evaluation.hpp"
#include "mammo/data/detection_set.hpp"

#include <filesystem>
#include <string>
#include <vector>

namespace mammo::app {

/// A data set's part that should share no patient with another: "train", "valid", "test".
struct DataPart {
  std::string name; ///< of its folder, relative to the data set's; "." where there is one part
  data::DetectionSet set;
};

/// The parts of a data set: the folder itself where it has annotations, else those of its folders that have.
/// Throws FileError where there are none, and what load_detection_set throws.
std::vector<DataPart> load_parts(const data::DetectionSetOptions& options);

struct DataCheck {
  std::vector<std::string> counts;
  std::vector<std::string> problems; ///< one line each; empty where nothing is wrong
};

/// Counts films, patients, lesions, and looks for
/// - pictures that are missing, cannot be read, or are of another size than their annotations;
/// - two films with one picture: thumbnails of 32 x 32 that differ nowhere by more than 3 grey levels of 255,
///   which finds copies that were scaled or compressed, too;
/// - patients in two parts;
/// - boxes that are empty or reach out of the film by more than half a pixel;
/// - films that look stretched.
DataCheck check_data(const std::vector<DataPart>& parts, const FilmCalls& calls = {});

} // namespace mammo::app
