#pragma once

#include <filesystem>
#include <string>

namespace mammo::test {

// The root of the source tree.
std::filesystem::path source_dir();

// A recorded reference below tests/goldens/. Throws std::runtime_error when there is no such file.
std::filesystem::path golden(const std::string& name);

// A file or folder below $MAMMO_SHARED (default: shared/ beside the source root), which only developers'
// machines have. Skips the running test case where it is missing.
std::filesystem::path shared(const std::string& name);

// A new empty folder, removed with all that is in it when the object goes.
class TemporaryFolder {
 public:
  TemporaryFolder();
  ~TemporaryFolder();
  TemporaryFolder(const TemporaryFolder&) = delete;
  TemporaryFolder& operator=(const TemporaryFolder&) = delete;

  const std::filesystem::path& path() const { return path_; }
  std::filesystem::path operator/(const std::string& name) const { return path_ / name; }

 private:
  std::filesystem::path path_;
};

} // namespace mammo::test
