#include "app/file_set.hpp"

#include <system_error>

namespace mammo::app {

FileSet::~FileSet() {
  if (committed_ == files_.size()) return;
  std::error_code gone;
  for (std::size_t i = 0; i < committed_; ++i) std::filesystem::remove(paths_[i], gone);
}

void FileSet::commit() {
  for (; committed_ < files_.size(); ++committed_) files_[committed_].commit();
}

} // namespace mammo::app
