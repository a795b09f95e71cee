#include "app/input_guard.hpp"

#include "mammo/core/error.hpp"

#include <new>

namespace mammo::app {

namespace fs = std::filesystem;

InputGuard::InputGuard(const std::vector<InputFile>& images) {
  for (const InputFile& image : images) {
    for (const Look look : {::stat, ::lstat}) {
      if (const auto file = identity(image.path, look)) inputs_.insert(*file);
    }
  }
}

void InputGuard::check(std::initializer_list<fs::path> results) const {
  for (const fs::path& path : results) {
    const auto file = identity(path, ::lstat);
    if (file && inputs_.contains(*file)) {
      throw FileError(path.string(), "this result would replace an input, expected another output folder");
    }
  }
}

std::optional<InputGuard::Identity> InputGuard::identity(const fs::path& path, Look look) {
  struct stat status{};
  if (look(path.c_str(), &status) != 0) return std::nullopt;
  return Identity(status.st_dev, status.st_ino);
}

std::string reason_of(const std::exception& error, const fs::path& input) {
  const auto* file = dynamic_cast<const FileError*>(&error);
  if (file != nullptr && file->path() == input.string()) return file->reason();
  if (dynamic_cast<const std::bad_alloc*>(&error) != nullptr) return "out of memory";
  return error.what();
}

} // namespace mammo::app
