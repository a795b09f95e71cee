#pragma once

#include "mammo/core/file.hpp"

#include <deque>
#include <filesystem>
#include <vector>

namespace mammo::app {

/// Files that appear together. What has taken its name loses it again unless all have.
class FileSet {
 public:
  FileSet() = default;
  ~FileSet();
  FileSet(const FileSet&) = delete;
  FileSet& operator=(const FileSet&) = delete;

  /// Bytes, or text, under a temporary name.
  template <class Bytes>
  void add(const std::filesystem::path& path, const Bytes& bytes) {
    paths_.push_back(path);
    files_.emplace_back(path).write(bytes);
  }

  /// In the order in which they were added.
  void commit();

  const std::vector<std::filesystem::path>& paths() const { return paths_; }

 private:
  std::vector<std::filesystem::path> paths_;
  std::deque<AtomicFile> files_; // they cannot move
  std::size_t committed_ = 0;
};

} // namespace mammo::app
