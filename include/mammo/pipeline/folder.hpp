#pragma once

#include "mammo/pipeline/source.hpp"

#include <cstddef>
#include <filesystem>
#include <functional>
#include <optional>
#include <vector>

namespace mammo::pipeline {

struct FolderOptions {
  bool recursive = true;
  /// Which files; empty: all.
  std::function<bool(const std::filesystem::path&)> matches = {};
};

/// The files of a folder by name, folders among them where their names stand, as the folder's path joined
/// with the rest. Links to folders are not followed: they may lead out of it, or round in circles.
class FolderSource {
 public:
  explicit FolderSource(std::filesystem::path folder, FolderOptions options = {});

  /// Throws FileError where a folder cannot be read; the call after goes on behind it.
  std::optional<std::filesystem::path> next();

 private:
  struct Level {
    std::vector<std::filesystem::directory_entry> entries; // by name
    std::size_t at = 0;
  };
  void open(const std::filesystem::path& folder);

  std::filesystem::path start_;
  FolderOptions options_;
  std::vector<Level> levels_;
  bool is_begun_ = false;
};

/// `stream(files_in("films") | read | ..., sink)`.
inline Flow<FolderSource> files_in(std::filesystem::path folder, FolderOptions options = {}) {
  return from(FolderSource(std::move(folder), std::move(options)));
}

} // namespace mammo::pipeline
