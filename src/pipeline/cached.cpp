#include "mammo/pipeline/cached.hpp"

#include "mammo/core/error.hpp"
#include "mammo/core/file.hpp"

#include <array>
#include <system_error>

namespace mammo::pipeline::detail {
namespace {

namespace fs = std::filesystem;

constexpr std::string_view magic = "mammo-cache-1\n";

/// FNV-1a of 128 bits (http://www.isthe.com/chongo/tech/comp/fnv/): prime 2^88 + 2^8 + 0x3b.
class Fnv128 {
 public:
  void add(std::string_view bytes) {
    for (const char byte : bytes) {
      hash_ ^= static_cast<unsigned char>(byte);
      hash_ *= prime;
    }
  }

  std::string hex() const {
    constexpr std::string_view digits = "0123456789abcdef";
    std::string text(32, '0');
    Word rest = hash_;
    for (auto digit = text.rbegin(); digit != text.rend(); ++digit, rest >>= 4U) {
      *digit = digits[static_cast<std::size_t>(rest & 15U)];
    }
    return text;
  }

 private:
  __extension__ using Word = unsigned __int128;
  static constexpr Word prime = (Word{1} << 88U) + 0x13bU;
  static constexpr Word start = (Word{0x6c62272e07bb0142} << 64U) + 0x62b821756295c58d;

  Word hash_ = start;
};

} // namespace

CacheFolder::CacheFolder(fs::path folder, std::string version)
    : folder_(std::move(folder)), version_(std::move(version)) {
  require<ArgumentError>(!version_.empty(),
                         "a cache without a version, expected the filter's name and version");
  std::error_code error;
  fs::create_directories(folder_, error);
  if (error) throw FileError(folder_.string(), "cannot make this folder: " + error.message());
}

fs::path CacheFolder::path_of(std::string_view input) const {
  Fnv128 hash;
  hash.add(version_);
  hash.add(std::string_view("\0", 1)); // "a" + "bc" is not "ab" + "c"
  hash.add(input);
  return folder_ / (hash.hex() + ".cache");
}

fs::path CacheFolder::path_of_file(const fs::path& input) const {
  const MappedFile file(input);
  return path_of({reinterpret_cast<const char*>(file.bytes().data()), file.size()});
}

std::optional<std::string> CacheFolder::find(const fs::path& entry) const {
  std::error_code error;
  if (!fs::exists(entry, error)) return std::nullopt;
  try {
    const std::string text = read_text(entry, std::size_t{1} << 32U);
    const std::string head = std::string(magic) + version_ + '\n';
    if (!text.starts_with(head)) return std::nullopt;
    return text.substr(head.size());
  } catch (const FileError&) {
    return std::nullopt;
  }
}

void CacheFolder::keep(const fs::path& entry, std::string_view bytes) const {
  AtomicFile file(entry);
  file.write(magic);
  file.write(version_ + '\n');
  file.write(bytes);
  file.commit();
}

} // namespace mammo::pipeline::detail
