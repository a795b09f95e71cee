#pragma once

#include "mammo/data/detection_set.hpp"
#include "mammo/eval/bootstrap.hpp"

#include <filesystem>
#include <string>
#include <vector>

#include <nlohmann/json.hpp>

namespace mammo::app {

/// What an evaluation of annotated films records of them: files with their hashes, folds, aspect.
nlohmann::ordered_json data_json(const data::DetectionSet& set, const std::filesystem::path& split,
                                 const std::vector<int>& folds);

/// How the intervals came about.
std::string interval_rule(const eval::BootstrapOptions& bootstrap);

/// The document with mammo's version, ended by a newline; bytes that are no UTF-8 become U+FFFD.
std::string metrics_text(nlohmann::ordered_json metrics, const std::vector<std::string>& warnings);

} // namespace mammo::app
