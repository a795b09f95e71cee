// Files cut short or changed at random must give a film or a FileError, never anything else: this is worth
// most under the address and undefined-behaviour sanitizers.

#include "mammo/core/file.hpp"
#include "mammo/image/read.hpp"
#include "mammo/image/voi.hpp"
#include "tests/support/files.hpp"
#include "tests/support/skip.hpp"

#include <algorithm>
#include <random>
#include <string>
#include <string_view>

#include <catch2/catch.hpp>
#include <sys/stat.h>
#include <zlib.h>

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

namespace {

// A recorded film with `inserted` put before the element whose first bytes are `tag`, and the rest cut off.
Bytes film_ending_in(const char* name, std::string_view tag, const std::string& inserted) {
  const Bytes whole = bytes_of(test::golden(std::string("image/films/") + name));
  const std::string text(reinterpret_cast<const char*>(whole.data()), whole.size());
  const std::size_t position = text.find(tag);
  REQUIRE(position != std::string::npos);
  const std::string result = text.substr(0, position) + inserted;
  const auto bytes = std::as_bytes(std::span(result));
  return {bytes.begin(), bytes.end()};
}

std::string repeated(std::string_view part, int count) {
  std::string result;
  for (int i = 0; i < count; ++i) result += part;
  return result;
}

std::string reason_of(const Bytes& bytes) {
  try {
    decode_film(bytes, "hostile", small);
  } catch (const FileError& error) {
    return error.reason();
  }
  return "";
}

} // namespace

// Deep enough to overflow a stack of 8 MB in a reader that recurses.
TEST_CASE("DICOM sequences within sequences without end are refused") {
  if (!MAMMO_WITH_DCMTK) test::skip("built without DCMTK");
  using namespace std::string_view_literals;
  constexpr int levels = 100'000;
  constexpr auto modality = "\x08\x00\x60\x00"sv;
  const auto explicit_level = "\x40\x00\x75\x02SQ\0\0\xff\xff\xff\xff\xfe\xff\x00\xe0\xff\xff\xff\xff"sv;
  const auto implicit_level = "\x41\x00\x75\x12\xff\xff\xff\xff\xfe\xff\x00\xe0\xff\xff\xff\xff"sv;
  const auto big_level = "\x00\x40\x02\x75SQ\0\0\xff\xff\xff\xff\xff\xfe\xe0\x00\xff\xff\xff\xff"sv;
  const auto meta_level = "\x02\x00\x75\x02SQ\0\0\xff\xff\xff\xff\xfe\xff\x00\xe0\xff\xff\xff\xff"sv;
  const auto unknown = "\x41\x00\x75\x12UN\0\0\xff\xff\xff\xff\xfe\xff\x00\xe0\xff\xff\xff\xff"sv;
  const std::string without_vr = std::string(unknown) + repeated(implicit_level, levels);
  for (const Bytes& film :
       {film_ending_in("explicit_little.dcm", modality, repeated(explicit_level, levels)),
        film_ending_in("explicit_little.dcm", modality, without_vr),
        film_ending_in("explicit_little.dcm", "\x02\x00\x10\x00"sv, repeated(meta_level, levels)),
        film_ending_in("implicit_little.dcm", modality, repeated(implicit_level, levels)),
        film_ending_in("no_preamble.dcm", modality, repeated(implicit_level, levels)),
        film_ending_in("explicit_big.dcm", "\x00\x08\x00\x60"sv, repeated(big_level, levels))}) {
    CHECK(reason_of(film) == "DICOM sequences nested more than 32 deep");
  }
}

TEST_CASE("A DICOM element that claims more bytes than there are is refused") {
  if (!MAMMO_WITH_DCMTK) test::skip("built without DCMTK");
  using namespace std::string_view_literals;
  const std::string element("\x09\x00\x10\x10OB\0\0\xf0\xff\xff\xff", 12);
  CHECK_THAT(reason_of(film_ending_in("explicit_little.dcm", "\x08\x00\x60\x00"sv, element)),
             Catch::Contains("damaged or truncated"));
}

TEST_CASE("A deflated DICOM may not inflate without limit") {
  if (!MAMMO_WITH_DCMTK) test::skip("built without DCMTK");
  const Bytes whole = bytes_of(test::golden("image/films/deflated.dcm"));
  // Behind the preamble, group 2 says its own length.
  const std::size_t meta = 144 + std::to_integer<std::size_t>(whole[140]);
  std::vector<Bytef> zeros(std::size_t{100} << 20);
  std::vector<Bytef> packed(std::size_t{1} << 20);
  z_stream stream{};
  REQUIRE(deflateInit2(&stream, 9, Z_DEFLATED, -MAX_WBITS, 8, Z_DEFAULT_STRATEGY) == Z_OK);
  stream.next_in = zeros.data();
  stream.avail_in = static_cast<uInt>(zeros.size());
  stream.next_out = packed.data();
  stream.avail_out = static_cast<uInt>(packed.size());
  REQUIRE(deflate(&stream, Z_FINISH) == Z_STREAM_END);
  packed.resize(stream.total_out);
  deflateEnd(&stream);
  Bytes bomb(whole.begin(), whole.begin() + static_cast<std::ptrdiff_t>(meta));
  for (const Bytef byte : packed) bomb.push_back(static_cast<std::byte>(byte));
  CHECK_THAT(reason_of(bomb), Catch::Contains("DICOM inflates to more than"));
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
