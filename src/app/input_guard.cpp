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

void InputGuard::check(const fs::path& result) const {
  const auto file = identity(result, ::lstat);
  if (file && inputs_.contains(*file)) {
    throw FileError(result.string(), "this result would replace an input, expected another output folder");
  }
}

std::optional<InputGuard::Identity> InputGuard::identity(const fs::path& path, Look look) {
  struct stat status{};
  if (look(path.c_str(), &status) != 0) return std::nullopt;
  return Identity(status.st_dev, status.st_ino);
}

std::string reason_of(const std::exception_ptr& error, const fs::path& input) {
  try {
    std::rethrow_exception(error);
  } catch (const FileError& file) {
    return file.path() == input.string() ? file.reason() : file.what();
  } catch (const std::bad_alloc&) {
    return "out of memory";
  } catch (const std::exception& other) {
    return other.what();
  }
}

} // namespace mammo::app
