#pragma once

#include "mammo/image/preprocessing_steps.hpp"
#include "mammo/image/read.hpp"

#include <filesystem>
#include <string>
#include <string_view>
#include <vector>

namespace mammo::app {

/// Names and version the layout of what a preprocessing run says of a film; docs/preprocessing.md describes
/// it.
inline constexpr std::string_view preprocess_schema = "mammo-preprocess-1";

struct PreprocessOptions {
  std::string chain = "thesis"; ///< empty where the steps are the person's own
  std::vector<std::string> steps = image::chain_steps("thesis");
  image::ThesisChainOptions chain_options;
  image::ReadOptions read;
};

/// The contact sheet and what was done are the film's output stem with these added; the steps' pictures are
/// "<stem>_1_<step>.png" and so on.
inline constexpr std::string_view preprocess_sheet_ending = "_steps.png";
inline constexpr std::string_view preprocess_report_ending = "_steps.json";

struct PreprocessPaths {
  std::vector<std::filesystem::path> pictures; ///< one a step
  std::filesystem::path sheet;
  std::filesystem::path report;

  PreprocessPaths(const std::filesystem::path& stem, const std::vector<std::string>& steps);
  std::vector<std::filesystem::path> all() const;
};

/// Takes a film through the steps and writes each step's picture as PNG - of as many bits as it has, masks
/// with 255 - a contact sheet, and as JSON the film, the steps with their numbers, and for each picture the
/// transform from its pixels to the film's. Replaces earlier results. Returns the last picture's shape.
/// Throws what read_film() and the steps throw, and FileError; then no file of this film is left.
Shape preprocess_film(const std::filesystem::path& film, const std::filesystem::path& stem,
                      const PreprocessOptions& options = {});

} // namespace mammo::app
