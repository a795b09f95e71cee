#include "mammo/app/output_folder.hpp"

#include "mammo/app/batch.hpp"

#include <system_error>
#include <utility>

namespace mammo::app {

OutputFolder::OutputFolder(std::filesystem::path path)
    : path_(std::move(path)), is_new_(!std::filesystem::exists(path_)) {
  prepare_output(path_);
}

OutputFolder::~OutputFolder() {
  std::error_code not_empty;
  if (is_new_) std::filesystem::remove(path_, not_empty);
}

} // namespace mammo::app
