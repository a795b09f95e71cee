// Real mammograms, on machines that have them, against what pydicom makes of them
// (tests/goldens/image/record_real_films.py).

#include "mammo/core/file.hpp"
#include "mammo/image/read.hpp"
#include "mammo/image/voi.hpp"
#include "tests/support/files.hpp"
#include "tests/support/skip.hpp"

#include <fstream>
#include <string_view>

#include <catch2/catch.hpp>
#include <nlohmann/json.hpp>
#include <zlib.h>

#if MAMMO_WITH_DCMTK
#include "image/jpeg2000.hpp"
#endif

using namespace mammo;
using namespace mammo::image;
using nlohmann::json;

namespace {

json recorded(const char* name) {
  if (!MAMMO_WITH_DCMTK) test::skip("built without DCMTK");
  std::ifstream file(test::golden("image/real_films.json"));
  return json::parse(file)[name];
}

template <class T>
std::uint32_t checksum(std::span<const T> values) {
  const auto bytes = std::as_bytes(values);
  return static_cast<std::uint32_t>(crc32_z(0, reinterpret_cast<const Bytef*>(bytes.data()), bytes.size()));
}

} // namespace

TEST_CASE("A GE mammogram in JPEG Lossless looks as pydicom shows it, in all its six grey scales") {
  const auto path = test::shared("data/dicom/GH133.dcm");
  const json wanted = recorded("GH133.dcm");
  const Film film = read_film(path);
  CHECK(film.format == "DICOM JPEG Lossless");
  CHECK(film.stored.shape() == Shape{wanted["shape"][0], wanted["shape"][1]});
  CHECK(film.bits == 12);
  CHECK(film.metadata.laterality == "R");
  CHECK(film.metadata.view_position == "MLO");
  CHECK(film.warnings.empty());
  CHECK(checksum(film.stored.data<std::uint16_t>()) == wanted["stored_crc"]);
  CHECK(render_grey8(film).voi == "lut 1 (NORMAL)");
  for (const json& grey : wanted["greys"]) {
    const std::string voi = grey["voi"];
    CAPTURE(voi);
    const GreyImage image = render_grey8(film, parse_voi_choice(voi));
    const auto pixels = image.pixels.data<std::uint8_t>();
    for (std::size_t i = 0; i < grey["positions"].size(); ++i) {
      CHECK(int{pixels[grey["positions"][i].get<std::size_t>()]} == grey["values"][i].get<int>());
    }
    CHECK(checksum(pixels) == grey["crc"]);
  }
}

TEST_CASE("Digitised films as the archive ships them are read, view and side included") {
  const auto folder = test::shared("data/dicom/cbis-tcia-layout");
  const json wanted = recorded("cbis-tcia-layout");
  for (const auto& [name, crc] : wanted.items()) {
    CAPTURE(name);
    const Film film = read_film(folder / name);
    CHECK(checksum(film.stored.data<std::uint16_t>()) == crc);
    CHECK(film.metadata.laterality == "L");
    CHECK(film.metadata.view_position == (name.find("_CC_") != std::string::npos ? "CC" : "MLO"));
  }
}

TEST_CASE("A tomosynthesis object is refused for its frames") {
  const auto path = test::shared("data/dicom/dbt_hologic_jpeg2000.dcm");
  const json wanted = recorded("dbt_hologic_jpeg2000.dcm");
  CHECK_THROWS_WITH(read_film(path), Catch::Contains("DICOM of 4 frames"));
#if MAMMO_WITH_DCMTK
  // Its frames are plain codestreams, which begin with SOC and SIZ.
  const MappedFile file(path);
  const std::string name = path.string();
  const ReadOptions options;
  const Source source{file.bytes(), name, options};
  const std::string_view text(reinterpret_cast<const char*>(file.bytes().data()), file.size());
  std::size_t start = 0;
  for (const json& crc : wanted["frame_crcs"]) {
    start = text.find("\xff\x4f\xff\x51", start);
    REQUIRE(start != std::string_view::npos);
    const auto samples =
        decode_jpeg2000(source, file.bytes().subspan(start), wanted["shape"][1], wanted["shape"][0]);
    CHECK(checksum(std::span<const std::uint16_t>(samples)) == crc);
    ++start;
  }
#endif
}

TEST_CASE("A 16-bit screening exam holds 12 bits") {
  const auto folder = test::shared("data/exam-nyu");
  for (const char* view : {"L-CC.png", "L-MLO.png", "R-CC.png", "R-MLO.png"}) {
    CAPTURE(view);
    const Film film = read_film(folder / view);
    CHECK(film.format == "PNG 16 bit");
    CHECK(film.bits == 12);
    CHECK(render_grey8(film).voi == "full range (12 bits)");
  }
}
