#pragma once

#include "mammo/models/retinanet.hpp"

#include <cstdint>
#include <filesystem>
#include <memory>
#include <string>
#include <vector>

namespace mammo::models {

/// How a film becomes a detector's input: the numbers that its weights were trained with. The steps
/// themselves are those of mammo::image, whose options have these fields under the same names; lengths are
/// pixels, brightness is grey levels of 0 to 255.
struct InputConfig {
  std::int64_t working_height = 800;
  struct Breast {
    double blur_sigma = 5;
    double otsu_fraction = 0.35;
    double least_threshold = 12;
    std::int64_t frame_columns = 14;
    std::int64_t frame_rows = 28;
    std::int64_t opening = 9;
    double least_area = 0.05;
    std::int64_t margin_columns = 8;
    std::int64_t margin_rows = 10;
    std::int64_t touching = 2;
    std::int64_t touching_rows = 24;
    bool operator==(const Breast&) const = default;
  } breast;
  struct Brightness {
    double percentile = 99.5;
    double background = 20;
    double target = 235;
    double least = 60;
    bool operator==(const Brightness&) const = default;
  } brightness;
  struct Canvas {
    std::int64_t height = 800;
    std::int64_t width = 448;
    double max_scale = 1.6;
    bool operator==(const Canvas&) const = default;
  } canvas;
  /// Subtracted from the canvas, which is then the network's input [1, 1, height, width].
  double mean = 114;

  bool operator==(const InputConfig&) const = default;
};

/// Everything about a detector but its weights: what `config.json` of its folder holds.
struct DetectorConfig {
  std::string architecture = "retinanet"; ///< the only one that a detector has; zoo.hpp reads the others
  std::string name;                       ///< names the model in reports
  std::string version;
  InputConfig input;
  RetinaNetConfig network;
  /// One a class; empty for one that is ignored.
  std::vector<std::string> class_names;
  /// Whether detect() looks at the mirror image too.
  bool mirror = false;

  bool operator==(const DetectorConfig&) const = default;
};

/// A detector ready to run.
struct Detector {
  DetectorConfig config;
  std::unique_ptr<RetinaNet> network;
  std::filesystem::path weights_path;
};

/// Loads `config.json` and `weights.safetensors` from a folder. Throws FileError, naming the file, where one
/// is missing or damaged or they do not fit each other.
Detector load_detector(const std::filesystem::path& folder);

/// What the detector finds in films' inputs x [N, 1, H, W], best first, in pixels of the input: the network's
/// boxes or, with config.mirror, these fused with the boxes of the mirror image (flip_augmentation.hpp).
std::vector<std::vector<Detection>> detect(const Detector& detector, const Tensor& x);

/// Reads a detector's configuration from JSON. A key that is left out keeps its default; `where` names the
/// text in errors. Throws FileError on what is no JSON, on an unknown key, a value of another type, and
/// a network that cannot be built.
DetectorConfig parse_detector_config(const std::string& json, const std::string& where);

/// The configuration as JSON, every key included, which parse_detector_config reads back to an equal one.
std::string to_json(const DetectorConfig& config);

} // namespace mammo::models
