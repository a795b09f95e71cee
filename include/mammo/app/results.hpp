#pragma once

#include "mammo/app/analysis.hpp"

#include <filesystem>

namespace mammo::app {

struct ResultOptions {
  /// The overlay at the film's own size; else it is at most 2048 pixels high.
  bool full_size = false;
};

/// The files of one film: `<stem>.json`, `<stem>_overlay.png`, `<stem>_preprocessed.png`.
struct ResultPaths {
  std::filesystem::path report;
  std::filesystem::path overlay;
  std::filesystem::path preprocessed;

  explicit ResultPaths(const std::filesystem::path& stem);
};

/// Draws the overlay and writes the three files, replacing earlier ones; folders are made where needed. Every
/// byte is on the disk under a temporary name before the first file takes its own, and the report comes last:
/// where it exists, the film is finished. The times of this work are added to `analysis.times`.
///
/// Throws FileError; then no file of this analysis is left.
void write_results(Analysis& analysis, const std::filesystem::path& stem, const ResultOptions& options = {});

} // namespace mammo::app
