// Files cut short or changed at random must give a film or a FileError, never anything else: this is worth
// most under the address and undefined-behaviour sanitizers.

#include "mammo/core/file.hpp"
#include "mammo/image/read.hpp"
#include "mammo/image/voi.hpp"
#include "tests/support/files.hpp"

#include <algorithm>
#include <random>

#include <catch2/catch.hpp>
#include <sys/stat.h>

using namespace mammo;
using namespace mammo::image;

namespace {

using Bytes = std::vector<std::byte>;

std::vector<std::filesystem::path> film_files() {
  std::vector<std::filesystem::path> files;
  for (const auto& entry : std::filesystem::directory_iterator(test::golden("image/films"))) {
    if (MAMMO_WITH_DCMTK || entry.path().extension() != ".dcm") files.push_back(entry.path());
  }
  std::sort(files.begin(), files.end());
  return files;
}

Bytes bytes_of(const std::filesystem::path& path) {
  const MappedFile file(path);
  return {file.bytes().begin(), file.bytes().end()};
}

// A changed header may ask for much: small limits keep the test fast.
const ReadOptions small{.accept_any_modality = true,
                        .limits = {.side = 2000, .pixels = 1'000'000, .file_bytes = 1 << 24}};

enum class Outcome { film, refused };

Outcome read(std::span<const std::byte> bytes) {
  try {
    const Film film = decode_film(bytes, "hostile", small);
    const GreyImage grey = render_grey8(film);
    CHECK(grey.pixels.shape() == film.stored.shape());
    return Outcome::film;
  } catch (const FileError& error) {
    CHECK(error.path() == "hostile");
    CHECK(error.reason().find('\n') == std::string::npos);
    return Outcome::refused;
  }
}

// Formats whose last bytes carry no pixels may lose them.
std::size_t spare_bytes(const std::filesystem::path& path) {
  const std::string extension = path.extension();
  if (extension == ".tif") return 1000;
  if (extension == ".bmp" || extension == ".pgm") return 4;
  return extension == ".dcm" ? 10 : 0;
}

} // namespace

TEST_CASE("A file cut short is refused at every length") {
  for (const auto& path : film_files()) {
    CAPTURE(path);
    const Bytes whole = bytes_of(path);
    if (whole.empty() || read(whole) == Outcome::refused) continue;
    const std::size_t step = std::max<std::size_t>(1, whole.size() / 150);
    std::size_t longest_read = 0;
    for (std::size_t length = 0; length < whole.size(); length += step) {
      // Its own allocation, so that the sanitizer sees a read past the end.
      const Bytes cut(whole.begin(), whole.begin() + static_cast<std::ptrdiff_t>(length));
      if (read(cut) == Outcome::film) longest_read = std::max(longest_read, whole.size() - length);
    }
    CHECK(longest_read <= spare_bytes(path));
  }
}

TEST_CASE("Bytes changed at random give a film or an error") {
  std::mt19937 random(20260101);
  int films = 0;
  int refused = 0;
  for (const auto& path : film_files()) {
    CAPTURE(path);
    const Bytes whole = bytes_of(path);
    if (whole.empty()) continue;
    for (int round = 0; round < 60; ++round) {
      Bytes changed = whole;
      // Headers come first and matter most.
      const std::size_t reach = round % 2 == 0 ? std::min<std::size_t>(changed.size(), 700) : changed.size();
      const unsigned changes = 1 + random() % 4;
      for (unsigned i = 0; i < changes; ++i)
        changed[random() % reach] = static_cast<std::byte>(random() % 256);
      ++(read(changed) == Outcome::film ? films : refused);
    }
  }
  CHECK(films > 100);
  CHECK(refused > 100);
}

TEST_CASE("What is no regular file is refused") {
  const test::TemporaryFolder folder;
  const auto fifo = folder / "pipe.png";
  REQUIRE(::mkfifo(fifo.c_str(), 0600) == 0);
  CHECK_THROWS_WITH(read_film(fifo), Catch::EndsWith("pipe.png: not a regular file"));
  CHECK(looks_like_image(fifo));
  CHECK_FALSE(sniff(fifo));
  CHECK_THROWS_WITH(read_film(folder.path()), Catch::EndsWith(": not a regular file"));
  CHECK_THROWS_WITH(read_film(folder / "missing.dcm"), Catch::Contains("missing.dcm: No such file"));
}
