#pragma once

#include <filesystem>
#include <map>
#include <string>

namespace mammo::data {

/// The fold of each patient.
using Split = std::map<std::string, int>;

/// Reads a CSV file with the columns patient_id and fold (0 or more). Throws FileError with the line on a row
/// that cannot be understood or a patient with two folds.
Split read_split(const std::filesystem::path& path);

} // namespace mammo::data
