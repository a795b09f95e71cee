#pragma once

#include "mammo/app/inputs.hpp"

#include <filesystem>
#include <optional>
#include <string>
#include <vector>

namespace mammo::app {

inline constexpr std::string_view manifest_schema = "mammo-manifest-1";

/// One film of a batch.
struct ManifestItem {
  InputFile input;
  std::filesystem::path stem; ///< of its results, relative to the output folder
  std::string reason;         ///< why it failed; empty where it did not, or where that is not known yet
};

/// What a batch is to do, so that it can be gone on with: `manifest.jsonl`. Its first line says what the run
/// is about, each other line is a film. It does not say what is finished: the films' reports do, by being
/// there.
struct Manifest {
  std::string input;    ///< the folder, as given
  std::string settings; ///< everything that results depend on besides the films, as one line for people
  std::vector<ManifestItem> items;
};

/// Nothing where there is no such file. Throws FileError, with the line, on one that is no manifest.
std::optional<Manifest> read_manifest(const std::filesystem::path& path);

/// Whole or not at all. Throws FileError.
void write_manifest(const std::filesystem::path& path, const Manifest& manifest);

} // namespace mammo::app
