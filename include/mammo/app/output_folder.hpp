#pragma once

#include <filesystem>

namespace mammo::app {

/// Makes an output folder where it is missing, and takes a new one away again where it stayed empty. Throws
/// FileError where nothing can be written in it.
class OutputFolder {
 public:
  explicit OutputFolder(std::filesystem::path path);
  ~OutputFolder();
  OutputFolder(const OutputFolder&) = delete;
  OutputFolder& operator=(const OutputFolder&) = delete;

 private:
  std::filesystem::path path_;
  bool is_new_;
};

} // namespace mammo::app
