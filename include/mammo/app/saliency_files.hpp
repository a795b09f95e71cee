#pragma once

#include "mammo/app/saliency.hpp"

#include <filesystem>
#include <string>
#include <string_view>

namespace mammo::app {

/// Names and version the layout of a saliency report; docs/saliency.md describes it.
inline constexpr std::string_view saliency_schema = "mammo-saliency-1";

/// What the results are called: the film's output stem with these added.
inline constexpr std::string_view saliency_report_ending = "_saliency.json";
inline constexpr std::string_view saliency_picture_ending = "_saliency.png";
inline constexpr std::string_view saliency_map_ending = "_saliency.npy";

struct SaliencyPaths {
  std::filesystem::path report;
  std::filesystem::path picture;
  std::filesystem::path map;

  explicit SaliencyPaths(const std::filesystem::path& stem);
};

/// The map in colour over the film, u8 [h, w, 3], with the explained box, a colour bar and what was done.
Tensor draw_saliency(const Saliency& saliency, bool full_size = false);

/// The explanation as a JSON document, ended by a newline. Two runs over one film differ in "milliseconds"
/// alone.
std::string saliency_json(const Saliency& saliency);

/// Writes picture, map (NumPy's .npy, f32) and report, replacing earlier ones; the report comes last. Throws
/// FileError; then no file of this explanation is left.
void write_saliency(const Saliency& saliency, const std::filesystem::path& stem, bool full_size = false);

} // namespace mammo::app
