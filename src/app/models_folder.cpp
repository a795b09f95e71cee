#include "mammo/app/models_folder.hpp"

#include <cstdlib>
#include <system_error>

namespace mammo::app {

namespace fs = std::filesystem;

fs::path default_models_folder() {
  const char* chosen = std::getenv("MAMMO_MODELS");
  if (chosen != nullptr && *chosen != '\0') return chosen;
  std::error_code error;
  const fs::path program = fs::read_symlink("/proc/self/exe", error);
  if (!error) {
    const fs::path installed = program.parent_path().parent_path() / "share" / "mammo" / "models";
    if (fs::is_directory(installed, error)) return installed;
  }
  return MAMMO_SOURCE_MODELS;
}

} // namespace mammo::app
