#pragma once

#include "mammo/pipeline/folder.hpp"
#include "mammo/pipeline/source.hpp"

#include <chrono>
#include <deque>
#include <filesystem>
#include <functional>
#include <map>
#include <optional>

namespace mammo::pipeline {

struct WatchOptions {
  FolderOptions folder = {};
  /// Asked every `look`; true ends the source. Never ends where it is empty.
  std::function<bool()> stop = {};
  std::chrono::milliseconds look{100};
};

/// The files that a folder holds, and then those that come, for as long as one waits: each time one was
/// written and closed, or moved there (Linux' inotify). A file that is still being written when the watch
/// begins may come early and then again. `next()` waits.
class WatchedFolderSource {
 public:
  /// Throws FileError where the folder cannot be watched.
  explicit WatchedFolderSource(const std::filesystem::path& folder, WatchOptions options = {});
  ~WatchedFolderSource();
  WatchedFolderSource(WatchedFolderSource&& other) noexcept;
  WatchedFolderSource& operator=(WatchedFolderSource&&) = delete;

  std::optional<std::filesystem::path> next();

 private:
  void watch(const std::filesystem::path& folder);
  void take_events();
  void take_event(const std::filesystem::path& path, bool is_folder, bool is_complete);

  WatchOptions options_;
  int descriptor_ = -1;
  std::map<int, std::filesystem::path> folders_; // by watch
  std::deque<std::filesystem::path> found_;
  /// Seen while a watch began: the event of the same writing is still to come.
  std::map<std::filesystem::path, std::filesystem::file_time_type> seen_;
};

/// `stream(watch("inbox", {.stop = ...}) | read | ..., sink)`.
inline Flow<WatchedFolderSource> watch(const std::filesystem::path& folder, WatchOptions options = {}) {
  return from(WatchedFolderSource(folder, std::move(options)));
}

} // namespace mammo::pipeline
