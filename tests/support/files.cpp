#include "tests/support/files.hpp"

#include "tests/support/skip.hpp"

#include <cstdlib>
#include <stdexcept>
#include <system_error>

#include <stdlib.h> // mkdtemp

namespace mammo::test {

namespace fs = std::filesystem;

fs::path source_dir() {
  return MAMMO_SOURCE_DIR;
}

fs::path golden(const std::string& name) {
  fs::path path = source_dir() / "tests" / "goldens" / name;
  if (!fs::exists(path)) throw std::runtime_error(path.string() + ": no such golden file");
  return path;
}

fs::path shared(const std::string& name) {
  const char* root = std::getenv("MAMMO_SHARED");
  fs::path path = (root != nullptr ? fs::path(root) : source_dir() / ".." / "shared") / name;
  if (!fs::exists(path))
    skip(path.lexically_normal().string() + " is not on this machine (set MAMMO_SHARED)");
  return path.lexically_normal();
}

TemporaryFolder::TemporaryFolder() {
  std::string name = (fs::temp_directory_path() / "mammo-test-XXXXXX").string();
  if (mkdtemp(name.data()) == nullptr) throw std::runtime_error(name + ": cannot make a temporary folder");
  path_ = name;
}

TemporaryFolder::~TemporaryFolder() {
  std::error_code ignored;
  fs::remove_all(path_, ignored);
}

} // namespace mammo::test
