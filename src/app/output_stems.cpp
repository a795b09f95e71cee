#include "mammo/app/inputs.hpp"
#include "mammo/app/sha256.hpp"
#include "mammo/core/error.hpp"

#include <cstddef>
#include <map>
#include <string>

namespace mammo::app {
namespace {

namespace fs = std::filesystem;

constexpr std::size_t hash_digits = 8;

bool is_reserved(const fs::path& stem) {
  return stem == "summary" || stem == "manifest";
}

fs::path named(const InputFile& image, std::size_t digits) {
  fs::path stem = image.path.stem();
  if (digits > 0) {
    stem += "-";
    stem += sha256(image.path.native()).substr(0, digits);
  }
  return image.folder / stem;
}

} // namespace

std::vector<fs::path> output_stems(const std::vector<InputFile>& images) {
  std::vector<std::size_t> digits(images.size(), 0);
  for (std::size_t i = 0; i < images.size(); ++i) {
    if (is_reserved(images[i].path.stem())) digits[i] = hash_digits;
  }
  // A suffixed name can meet a file that is really called so: both then get longer, until all differ.
  for (;;) {
    std::map<fs::path, std::vector<std::size_t>> takers;
    for (std::size_t i = 0; i < images.size(); ++i) takers[named(images[i], digits[i])].push_back(i);
    if (takers.size() == images.size()) break;
    for (const auto& [name, sharers] : takers) {
      if (sharers.size() == 1) continue;
      for (const std::size_t i : sharers) digits[i] += hash_digits;
      require<ArgumentError>(digits[sharers[0]] <= 64, "two images with the path ", images[sharers[0]].path,
                             ", expected each path once");
    }
  }
  std::vector<fs::path> stems;
  stems.reserve(images.size());
  for (std::size_t i = 0; i < images.size(); ++i) stems.push_back(named(images[i], digits[i]));
  return stems;
}

} // namespace mammo::app
