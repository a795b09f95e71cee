#pragma once

#include "mammo/models/resnet_unet.hpp"

#include <cstdint>
#include <filesystem>
#include <memory>
#include <string>

namespace mammo::models {

/// Everything about a model that outlines masses but its weights: what `config.json` of its folder holds.
struct SegmenterConfig {
  std::string architecture = "resnet_unet"; ///< the only one that a segmenter has
  std::string name;                         ///< names the model in reports
  std::string version;
  double context = 1.9;    ///< what the network sees: so many times the box, stretched to a square
  std::int64_t side = 256; ///< of that square, pixels
  double threshold = 0.5;  ///< probability from which a pixel is the mass's
  ResNetUNetConfig network{.encoder = {.depth = 50, .input_channels = 1, .num_classes = 0}};

  bool operator==(const SegmenterConfig&) const = default;
};

struct Segmenter {
  SegmenterConfig config;
  std::unique_ptr<ResNetUNet> network;
  std::filesystem::path weights_path;
};

/// Loads `config.json` and `weights.safetensors` from a folder. Throws FileError, naming the file, where one
/// is missing or damaged or they do not fit each other.
Segmenter load_segmenter(const std::filesystem::path& folder);

/// Reads a segmenter's configuration from JSON. A key that is left out keeps its default; `where` names the
/// text in errors. Throws FileError on what is no JSON, on an unknown key, a value of another type, a network
/// that cannot be built or sees no grey square, and numbers out of range.
SegmenterConfig parse_segmenter_config(const std::string& json, const std::string& where);

/// The configuration as JSON, every key included, which parse_segmenter_config reads back to an equal one.
std::string to_json(const SegmenterConfig& config);

/// How probably each pixel of a window, f32 [S, S], is the mass's, f32 [S, S]: the mean of what the network
/// says of it and of its mirror images, left to right, upside down and both. Records no gradients.
Tensor outline_probabilities(const ResNetUNet& network, const Tensor& window);

} // namespace mammo::models
