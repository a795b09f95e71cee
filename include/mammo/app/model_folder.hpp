#pragma once

#include "mammo/app/analysis.hpp"

#include <filesystem>
#include <string>
#include <vector>

namespace mammo::app {

/// A file of a model's folder and the digest that the folder's `SHA256SUMS` has for it.
struct RecordedHash {
  std::string file;
  std::string sha256;
};

/// What `SHA256SUMS` says, a line a file as the program sha256sum writes it; empty where there is none.
/// Throws FileError on a line of another form, such as one that names a file elsewhere.
std::vector<RecordedHash> recorded_hashes(const std::filesystem::path& folder);

/// Everything that is wrong with a model's folder, a line each; nothing where its files have the recorded
/// hashes and its weights fit its configuration.
std::vector<std::string> faults_of_model(const std::filesystem::path& folder);

/// The SHA-256 digest of a file's bytes. Throws FileError where it cannot be read.
std::string sha256_of_file(const std::filesystem::path& path);

/// Who a model is: its configuration's name and version, its files' hashes. Throws FileError where one cannot
/// be read.
template <class Config>
ModelRecord model_record(const std::string& task, const Config& config, const std::filesystem::path& folder) {
  return {.task = task,
          .name = config.name,
          .version = config.version,
          .weights_sha256 = sha256_of_file(folder / "weights.safetensors"),
          .config_sha256 = sha256_of_file(folder / "config.json")};
}

} // namespace mammo::app
