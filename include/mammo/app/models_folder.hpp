#pragma once

#include <filesystem>

namespace mammo::app {

/// Where the shipped models are: $MAMMO_MODELS if set and not empty, else `<prefix>/share/mammo/models` if
/// this program is installed as `<prefix>/bin/...`, else models/ of the source tree it was built from. The
/// folder need not exist.
std::filesystem::path default_models_folder();

} // namespace mammo::app
