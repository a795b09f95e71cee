#pragma once

#include "mammo/app/inputs.hpp"

#include <exception>
#include <filesystem>
#include <optional>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include <sys/stat.h>

namespace mammo::app {

/// Knows a run's inputs' files, however they were named, so that no result replaces one.
class InputGuard {
 public:
  explicit InputGuard(const std::vector<InputFile>& images);

  /// Throws FileError where the result would.
  void check(const std::filesystem::path& result) const;

 private:
  using Identity = std::pair<dev_t, ino_t>;
  using Look = int (*)(const char*, struct stat*);

  static std::optional<Identity> identity(const std::filesystem::path& path, Look look);

  std::set<Identity> inputs_;
};

/// Why an image failed, in one line, without its own name in front, which the caller prints.
std::string reason_of(const std::exception_ptr& error, const std::filesystem::path& input);

} // namespace mammo::app
