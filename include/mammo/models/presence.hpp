#pragma once

#include "mammo/core/geometry.hpp"
#include "mammo/core/tensor.hpp"
#include "mammo/models/lesion_input_config.hpp"
#include "mammo/models/resnet.hpp"

#include <cstdint>
#include <filesystem>
#include <memory>
#include <string>
#include <vector>

namespace mammo::models {

/// How what a detector says of a mark and what a second look at it says become one.
struct PresenceFusion {
  /// Marks to which the detector gives a lower score are dropped without a look.
  double least_score = 0;
  /// The score is sigmoid(detector * logit(the detector's score) + presence * logit of presence + bias).
  double detector = 1;
  double presence = 1;
  double bias = 0;
  /// The box is the mean of both, the second look's counted with this weight and the detector's with the
  /// rest.
  double box = 0.5;
  /// Of two boxes with a larger IoU, the one with the lower score is dropped.
  double nms_threshold = 0.5;

  bool operator==(const PresenceFusion&) const = default;
};

/// Everything about a presence model but its weights: what `config.json` of its folder holds.
///
/// A presence model looks at a detector's marks one by one, each in a window of its own, and says whether
/// there is a mass and which box it fills: the false-positive reduction of seed 003's improvements, and a
/// second stage of box regression as cascaded detectors have it (Cai and Vasconcelos, "Cascade R-CNN", CVPR
/// 2018).
struct PresenceConfig {
  std::string architecture = "resnet";
  std::string name; ///< names the model in reports
  std::string version;
  LesionInputConfig input;
  /// Its five outputs are a logit of presence and the box, as BoxDecode has it from the square in the
  /// window's middle that the longer side of the mark's box makes.
  ResNetConfig network{.width_factor = 0.5, .stride_on_1x1 = true, .input_channels = 1, .num_classes = 5};
  PresenceFusion fusion;

  bool operator==(const PresenceConfig&) const = default;
};

/// A presence model ready to run.
struct PresenceModel {
  PresenceConfig config;
  std::unique_ptr<ResNet> network;
  std::filesystem::path weights_path;
};

/// Loads `config.json` and `weights.safetensors` from a folder. Throws FileError, naming the file, where one
/// is missing or damaged or they do not fit each other.
PresenceModel load_presence(const std::filesystem::path& folder);

/// Reads a configuration from JSON. A key that is left out keeps its default; `where` names the text in
/// errors. Throws FileError on what is no JSON, on an unknown key, a value of another type, and a network
/// that cannot be built.
PresenceConfig parse_presence_config(const std::string& json, const std::string& where);

/// The configuration as JSON, every key included, which parse_presence_config reads back to an equal one.
std::string to_json(const PresenceConfig& config);

/// What the network says of N windows.
struct PresenceOutput {
  Tensor logits; ///< [N, 1]
  Tensor boxes;  ///< [N, 4]: (x1, y1, x2, y2) in pixels of the window
};
/// images: [N, 1, S, S].
PresenceOutput forward_presence(const ResNet& network, const LesionInputConfig& input, const Tensor& images);

/// What a second look says of one mark.
struct SecondLook {
  double logit = 0; ///< of presence
  Box box;          ///< of the mass, in pixels of the window
};
/// Of N windows, images [N, 1, S, S]. Records no gradients.
std::vector<SecondLook> look_again(const ResNet& network, const LesionInputConfig& input,
                                   const Tensor& images);

/// The score and box of a mark after the second look, both boxes in the same pixels.
double fused_score(double detector_score, double presence_logit, const PresenceFusion& fusion);
Box fused_box(const Box& detector, const Box& second, const PresenceFusion& fusion);

} // namespace mammo::models
