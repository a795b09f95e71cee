#pragma once

#include "mammo/models/lesion_input_config.hpp"
#include "mammo/models/pathology_ensemble.hpp"

#include <cstdint>
#include <filesystem>
#include <memory>
#include <optional>
#include <string>

namespace mammo::models {

/// From a logit to a score between 0 and 1.
struct ScoreCalibration {
  /// The score is sigmoid(slope * logit + intercept).
  double slope = 1;
  double intercept = 0;
  /// Fraction of malignant lesions among those that the score was fitted on.
  double prevalence = 0.5;
  /// Those lesions, for people.
  std::string reference = {};

  /// The score of a logit. With `prevalence`, what it would be among lesions of which that fraction is
  /// malignant and which differ in nothing else: the odds are multiplied by the ratio of both odds of
  /// malignancy (Saerens et al., Neural Computation 2002, eq. 2.4). Throws ArgumentError on a prevalence that
  /// is not between 0 and 1.
  double score(double logit, std::optional<double> prevalence = std::nullopt) const;

  bool operator==(const ScoreCalibration&) const = default;
};

/// Everything about a pathology model but its weights: what `config.json` of its folder holds.
struct PathologyConfig {
  std::string architecture = "pathology_ensemble";
  std::string name; ///< names the model in reports
  std::string version;
  LesionInputConfig input;
  PathologyEnsembleConfig network;
  /// The logit is the mean over the window and its mirror images: left-right, up-down, both.
  bool mirrored = true;
  ScoreCalibration calibration;

  bool operator==(const PathologyConfig&) const = default;
};

/// A pathology model ready to run.
struct PathologyModel {
  PathologyConfig config;
  std::unique_ptr<PathologyEnsemble> network;
  std::filesystem::path weights_path;
};

/// Loads `config.json` and `weights.safetensors` from a folder. Throws FileError, naming the file, where one
/// is missing or damaged or they do not fit each other.
PathologyModel load_pathology(const std::filesystem::path& folder);

/// Logits of malignancy of N lesions, one each: image [N, 1, S, S], mask [N, 1, S, S].
std::vector<double> malignancy_logits(const PathologyEnsemble& network, const Tensor& image,
                                      const Tensor& mask, bool mirrored);

/// Reads a configuration from JSON. A key that is left out keeps its default; `where` names the text in
/// errors. Throws FileError on what is no JSON, on an unknown key, a value of another type, and a network
/// that cannot be built.
PathologyConfig parse_pathology_config(const std::string& json, const std::string& where);

/// The configuration as JSON, every key included, which parse_pathology_config reads back to an equal one.
std::string to_json(const PathologyConfig& config);

} // namespace mammo::models
