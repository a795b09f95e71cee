#include "mammo/data/lesion_crops.hpp"

#include "mammo/core/error.hpp"

#include <algorithm>
#include <cctype>
#include <cstdlib>
#include <string_view>
#include <system_error>

namespace mammo::data {
namespace {

namespace fs = std::filesystem;

constexpr std::string_view mask_ending = "_bin";

/// "mdb132_1" -> "mdb131-132".
std::string patient_of(const std::string& name) {
  constexpr std::size_t letters = 3;
  constexpr std::size_t digits = 3;
  const bool is_mias =
      name.starts_with("mdb") && name.size() >= letters + digits &&
      std::ranges::all_of(name.substr(letters, digits), [](unsigned char c) { return std::isdigit(c) != 0; });
  if (!is_mias) return name;
  const int number = std::atoi(name.substr(letters, digits).c_str());
  const int right = number % 2 == 1 ? number : number - 1;
  return concat("mdb", right, '-', right + 1);
}

} // namespace

std::vector<LesionCrop> list_lesion_crops(const fs::path& folder) {
  std::vector<LesionCrop> crops;
  std::error_code error;
  for (fs::directory_iterator entry(folder, error), end; !error && entry != end; entry.increment(error)) {
    const std::string stem = entry->path().stem().string();
    if (!stem.ends_with(mask_ending)) continue;
    const std::string name = stem.substr(0, stem.size() - mask_ending.size());
    crops.push_back({.name = name,
                     .patient = patient_of(name),
                     .picture = folder / (name + entry->path().extension().string()),
                     .mask = entry->path()});
  }
  if (error) throw FileError(folder.string(), "cannot be listed: " + error.message());
  if (crops.empty()) throw FileError(folder.string(), "has no <name>_bin.*, expected masks beside pictures");
  std::ranges::sort(crops, {}, &LesionCrop::name);
  for (const LesionCrop& crop : crops) {
    if (!fs::is_regular_file(crop.picture, error))
      throw FileError(crop.picture.string(), "no such picture, but there is " + crop.mask.string());
  }
  return crops;
}

} // namespace mammo::data
