#include "mammo/pipeline/folder.hpp"

#include "mammo/core/error.hpp"

#include <algorithm>
#include <system_error>
#include <utility>

namespace mammo::pipeline {

namespace fs = std::filesystem;

FolderSource::FolderSource(fs::path folder, FolderOptions options)
    : start_(std::move(folder)), options_(std::move(options)) {}

void FolderSource::open(const fs::path& folder) {
  Level level;
  std::error_code error;
  for (fs::directory_iterator it(folder, error), end; !error && it != end; it.increment(error)) {
    level.entries.push_back(*it);
  }
  if (error) throw FileError(folder.string(), error.message());
  std::ranges::sort(level.entries, {}, [](const fs::directory_entry& e) { return e.path().native(); });
  levels_.push_back(std::move(level));
}

std::optional<fs::path> FolderSource::next() {
  if (!std::exchange(is_begun_, true)) open(start_);
  while (!levels_.empty()) {
    Level& level = levels_.back();
    if (level.at == level.entries.size()) {
      levels_.pop_back();
      continue;
    }
    const fs::directory_entry entry = level.entries[level.at++];
    std::error_code ignored;
    if (entry.is_directory(ignored)) {
      if (options_.recursive && !entry.is_symlink(ignored)) open(entry.path());
    } else if (!options_.matches || options_.matches(entry.path())) {
      return entry.path();
    }
  }
  return std::nullopt;
}

} // namespace mammo::pipeline
