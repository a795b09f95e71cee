#pragma once

#include "mammo/models/detector.hpp"
#include "mammo/models/resnet_unet.hpp"

#include <cstdint>
#include <filesystem>
#include <memory>
#include <string>
#include <vector>

namespace mammo::models {

/// What a network for breast density tells apart, in the order of its channels. data::Tissue has the same
/// values, which are those of training maps.
enum class TissueClass : std::uint8_t { background, adipose, fibroglandular, pectoral_muscle };
inline constexpr std::int64_t tissue_classes = 4;

/// Everything about a density model but its weights: what `config.json` of its folder holds.
struct DensityConfig {
  std::string architecture = "resnet_unet"; ///< the only one that a density model has
  std::string name;                         ///< names the model in reports
  std::string version;
  InputConfig input;
  ResNetUNetConfig network{.encoder = {.input_channels = 1, .num_classes = 0}, .num_classes = tissue_classes};
  /// Percent density at which the categories b, c and d begin, as fractions: by default the quarters that
  /// BI-RADS named in its fourth edition (ACR 2003). The fifth edition names none.
  std::vector<double> cut_points{0.25, 0.50, 0.75};
  /// The network looks at the film on canvases of so many times input.canvas's height and width, each rounded
  /// to a multiple of 32, and the mean of what it says is taken. It is trained at 1.
  std::vector<double> scales{1};
  /// So many times the probability of fibroglandular tissue is compared with the others' where a pixel's
  /// tissue is decided: above 1, more pixels become dense. Percent density goes by the probabilities as they
  /// are.
  double fibroglandular_weight = 1;

  bool operator==(const DensityConfig&) const = default;
};

struct DensityModel {
  DensityConfig config;
  std::unique_ptr<ResNetUNet> network;
  std::filesystem::path weights_path;
};

/// Loads `config.json` and `weights.safetensors` from a folder. Throws FileError, naming the file, where one
/// is missing or damaged or they do not fit each other.
DensityModel load_density_model(const std::filesystem::path& folder);

/// The configuration alone. Throws FileError.
DensityConfig read_density_config(const std::filesystem::path& folder);

/// Reads a density model's configuration from JSON. A key that is left out keeps its default; `where` names
/// the text in errors. Throws FileError on what is no JSON, on an unknown key, a value of another type, a
/// network that cannot be built, cut points that do not rise within 0 to 1, a canvas that the network cannot
/// take, and scales or a weight out of range.
DensityConfig parse_density_config(const std::string& json, const std::string& where);

/// The configuration as JSON, every key included, which parse_density_config reads back to an equal one.
std::string to_json(const DensityConfig& config);

/// The probability of each tissue in each pixel, f32 [4, H, W], for one film's input, f32 [1, 1, H, W]: the
/// mean of what the network says of it and of its mirror image. Records no gradients.
Tensor tissue_probabilities(const ResNetUNet& network, const Tensor& input);

/// Heights and widths of the canvases of config.scales, the largest first.
std::vector<Size2d> density_canvases(const DensityConfig& config);

/// The most probable TissueClass of each pixel, u8 [H, W], fibroglandular tissue's probability taken so many
/// times.
Tensor most_probable_tissue(const Tensor& probabilities, double fibroglandular_weight = 1);

/// Fibroglandular tissue's share of the breast, pectoral muscle left out, 0 to 1, from the sums of
/// probabilities [4, H, W], or 0 where there is no breast: an affine map of the picture does not change it.
double percent_density(const Tensor& probabilities);

/// 'a' to 'd': how many of the cut points `density` has reached. A category by area alone, after BI-RADS; no
/// reader's category.
char density_category(double density, const std::vector<double>& cut_points);

} // namespace mammo::models
