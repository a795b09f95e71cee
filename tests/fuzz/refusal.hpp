#pragma once

#include "mammo/core/error.hpp"
#include "tests/fuzz/targets.hpp"

#include <filesystem>
#include <fstream>
#include <stdexcept>
#include <string>

#include <unistd.h>

namespace mammo::fuzz {

/// Runs a reader that may refuse what it is given: with a FileError that says why, and in no other way.
template <class Reader>
void may_refuse(const Reader& reader) {
  try {
    reader();
  } catch (const FileError& error) {
    if (error.reason().empty()) throw std::logic_error("refused without a reason");
  }
}

/// For readers that take a path: a file with these bytes.
class File {
 public:
  File(Bytes bytes, const char* name)
      : folder_(std::filesystem::temp_directory_path() / ("mammo-fuzz-" + std::to_string(::getpid()))),
        path_(folder_ / name) {
    std::filesystem::create_directories(folder_);
    std::ofstream(path_, std::ios::binary)
        .write(reinterpret_cast<const char*>(bytes.data()), static_cast<std::streamsize>(bytes.size()));
  }
  ~File() {
    std::error_code ignored;
    std::filesystem::remove_all(folder_, ignored);
  }
  File(const File&) = delete;
  File& operator=(const File&) = delete;

  const std::filesystem::path& path() const { return path_; }
  const std::filesystem::path& folder() const { return folder_; }

 private:
  std::filesystem::path folder_;
  std::filesystem::path path_;
};

inline std::string text_of(Bytes bytes) {
  return {reinterpret_cast<const char*>(bytes.data()), bytes.size()};
}

} // namespace mammo::fuzz
