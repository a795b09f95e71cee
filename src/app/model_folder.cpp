#include "mammo/app/model_folder.hpp"

#include "mammo/app/sha256.hpp"
#include "mammo/core/error.hpp"
#include "mammo/core/file.hpp"
#include "mammo/models/zoo.hpp"

#include <sstream>
#include <system_error>

namespace mammo::app {

namespace fs = std::filesystem;

namespace {

// `<64 digits>  <name>`, or ` *` between them for what was read as binary.
constexpr std::size_t digits = 64;
constexpr std::size_t name_at = digits + 2;
constexpr std::size_t longest_shown = 100;

bool is_hash_of_file(const std::string& line) {
  return line.size() > name_at && line.find_first_not_of("0123456789abcdef") == digits &&
         line[digits] == ' ' && (line[digits + 1] == ' ' || line[digits + 1] == '*') &&
         line.find('/') == std::string::npos;
}

} // namespace

std::string sha256_of_file(const fs::path& path) {
  return sha256(MappedFile(path).bytes());
}

std::vector<RecordedHash> recorded_hashes(const fs::path& folder) {
  const fs::path path = folder / "SHA256SUMS";
  std::error_code error;
  if (!fs::exists(path, error)) return {};
  constexpr std::size_t limit = std::size_t{1} << 20;
  std::vector<RecordedHash> hashes;
  std::istringstream text(read_text(path, limit));
  for (std::string line; std::getline(text, line);) {
    if (!is_hash_of_file(line)) {
      throw FileError(path.string(),
                      concat("line \"", line.substr(0, longest_shown),
                             "\", expected a SHA-256 digest and the name of a file beside it"));
    }
    hashes.push_back({line.substr(name_at), line.substr(0, digits)});
  }
  return hashes;
}

std::vector<std::string> faults_of_model(const fs::path& folder) {
  std::vector<std::string> faults;
  try {
    for (const auto& [file, recorded] : recorded_hashes(folder)) {
      const std::string actual = sha256_of_file(folder / file);
      if (actual == recorded) continue;
      faults.push_back(
          concat((folder / file).string(), ": SHA-256 ", actual, ", but SHA256SUMS has ", recorded));
    }
  } catch (const FileError& error) {
    faults.emplace_back(error.what());
  }
  try {
    models::load_network(folder);
  } catch (const FileError& error) {
    faults.emplace_back(error.what());
  }
  return faults;
}

} // namespace mammo::app
