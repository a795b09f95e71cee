#include "mammo/app/output_folder.hpp"

#include "mammo/core/error.hpp"
#include "mammo/core/file.hpp"

#include <system_error>
#include <utility>

namespace mammo::app {
namespace {

namespace fs = std::filesystem;

void make_writable(const fs::path& folder) {
  std::error_code error;
  fs::create_directories(folder, error);
  if (error) throw FileError(folder.string(), "cannot make the output folder: " + error.message());
  if (!fs::is_directory(folder, error)) throw FileError(folder.string(), "is no folder, expected one");
  try {
    const AtomicFile probe(folder / "write-test");
  } catch (const FileError& refused) {
    throw FileError(folder.string(), "output folder: " + refused.reason());
  }
}

} // namespace

OutputFolder::OutputFolder(fs::path path) : path_(std::move(path)), is_new_(!fs::exists(path_)) {
  make_writable(path_);
}

OutputFolder::~OutputFolder() {
  std::error_code not_empty;
  if (is_new_) fs::remove(path_, not_empty);
}

} // namespace mammo::app
