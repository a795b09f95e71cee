// Reads every file of tests/goldens/image/films and compares with films.json; make_films.py there says where
// the numbers come from.

#include "mammo/image/read.hpp"
#include "mammo/image/voi.hpp"
#include "tests/image/film_values.hpp"
#include "tests/support/files.hpp"
#include "tests/support/skip.hpp"

#include <cstdlib>
#include <fstream>
#include <set>
#include <string>

#include <catch2/catch.hpp>
#include <nlohmann/json.hpp>

using namespace mammo;
using namespace mammo::image;
using nlohmann::json;

namespace {

json films() {
  std::ifstream file(test::golden("image/films.json"));
  return json::parse(file);
}

bool can_read(const std::string& name) {
  return MAMMO_WITH_DCMTK || !name.ends_with(".dcm");
}

void check_close(const std::vector<std::int64_t>& found, const json& wanted, int tolerance) {
  REQUIRE(found.size() == wanted.size());
  std::int64_t worst = 0;
  for (std::size_t i = 0; i < found.size(); ++i) {
    worst = std::max(worst, std::abs(found[i] - wanted[i].get<std::int64_t>()));
  }
  CHECK(worst <= tolerance);
}

void check_warnings(const Film& film, const json& wanted) {
  REQUIRE(film.warnings.size() == wanted.size());
  for (std::size_t i = 0; i < wanted.size(); ++i) {
    CHECK_THAT(film.warnings[i], Catch::Contains(wanted[i].get<std::string>()));
  }
}

void check_film(const Film& film, const json& wanted) {
  CHECK(film.format == wanted["format"].get<std::string>());
  CHECK(film.bits == wanted["bits"]);
  CHECK(film.is_signed() == wanted.value("signed", false));
  REQUIRE(film.stored.shape() == Shape{wanted["shape"][0], wanted["shape"][1]});
  check_close(test::values_of(film.stored), wanted["stored"], wanted.value("tolerance", 0));
  check_warnings(film, wanted.value("warnings", json::array()));
  for (const json& grey : wanted["greys"]) {
    const std::string voi = grey["voi"];
    CAPTURE(voi);
    const GreyImage image = render_grey8(film, voi.empty() ? VoiChoice{} : parse_voi_choice(voi));
    CHECK(image.voi == grey["used"].get<std::string>());
    check_close(test::values_of(image.pixels), grey["values"], 0);
  }
}

} // namespace

TEST_CASE("Every recorded film is read as recorded") {
  std::size_t checked = 0;
  for (const json& wanted : films()) {
    const std::string name = wanted["file"];
    CAPTURE(name);
    if (!can_read(name) || wanted.contains("error")) continue;
    const ReadOptions options{.accept_any_modality = wanted.value("force", false), .limits = {}};
    check_film(read_film(test::golden("image/films/" + name), options), wanted);
    ++checked;
  }
  CHECK(checked >= 30);
}

TEST_CASE("What cannot be read is refused with path and reason in one line") {
  for (const json& wanted : films()) {
    const std::string name = wanted["file"];
    CAPTURE(name);
    if (!can_read(name) || !wanted.contains("error")) continue;
    const auto path = test::golden("image/films/" + name);
    try {
      read_film(path);
      FAIL_CHECK("read without an error");
    } catch (const FileError& error) {
      CHECK(error.path() == path.string());
      CHECK_THAT(error.reason(), Catch::Contains(wanted["error"].get<std::string>()));
      CHECK(error.reason().find('\n') == std::string::npos);
    }
  }
}

TEST_CASE("A DICOM file says what it is") {
  if (!MAMMO_WITH_DCMTK) test::skip("built without DCMTK");
  const Film film = read_film(test::golden("image/films/sigmoid.dcm"));
  CHECK(film.metadata.modality == "MG");
  CHECK(film.metadata.laterality == "L");
  CHECK(film.metadata.view_position == "CC");
  CHECK(film.metadata.manufacturer == "Formula f\xc3\xbcr Tests");
  CHECK(film.metadata.patient_orientation == "A\\FR");
  CHECK(film.metadata.sop_class_uid == "1.2.840.10008.5.1.4.1.1.1.2");
  CHECK(film.metadata.sop_instance_uid == "2.25.1");
  REQUIRE(film.metadata.pixel_spacing);
  CHECK(film.metadata.pixel_spacing->attribute == "ImagerPixelSpacing");
  CHECK(film.metadata.pixel_spacing->row_mm == 0.07);
  CHECK(film.metadata.pixel_spacing->column_mm == 0.08);
  REQUIRE(film.windows.size() == 2);
  CHECK(film.windows[1].function == VoiFunction::sigmoid);
  CHECK(film.windows[1].explanation == "H\xc3\x84RTER");
}

TEST_CASE("Without DCMTK a DICOM file is refused by name") {
  if (MAMMO_WITH_DCMTK) test::skip("built with DCMTK");
  CHECK_THROWS_WITH(read_film(test::golden("image/films/rle.dcm")), Catch::Contains("MAMMO_WITH_DCMTK=OFF"));
  CHECK_THROWS_WITH(read_film(test::golden("image/films/text.dcm")), Catch::Contains("not an image"));
}

TEST_CASE("Limits hold before anything is decoded") {
  const auto path = test::golden("image/films/grey8.png");
  CHECK_THROWS_WITH(read_film(path, {.limits = {.side = 15}}),
                    Catch::Contains("16x12 pixels, expected at most 15 a side"));
  CHECK_THROWS_WITH(read_film(path, {.limits = {.pixels = 191}}),
                    Catch::Contains("expected at most 191 in all"));
  CHECK_THROWS_WITH(read_film(path, {.limits = {.file_bytes = 100}}),
                    Catch::Contains("expected at most 100"));
  CHECK_NOTHROW(read_film(path, {.limits = {.side = 16, .pixels = 192}}));
}

TEST_CASE("A file counts as an image by its name or its first bytes") {
  const test::TemporaryFolder folder;
  const auto write = [&](const std::string& name, std::string_view bytes) {
    std::ofstream(folder / name, std::ios::binary) << bytes;
    return folder / name;
  };
  CHECK(looks_like_image(write("text.DCM", "no picture")));
  CHECK(looks_like_image(write("empty.jpeg", "")));
  CHECK_FALSE(looks_like_image(write("notes.txt", "no picture")));
  CHECK_FALSE(looks_like_image(write("BMW.txt", "BMW and other words that are no picture at all")));
  CHECK_FALSE(looks_like_image(write("P5.txt", "P57 is a number")));
  CHECK_FALSE(looks_like_image(folder.path()));
  CHECK_FALSE(looks_like_image(folder / "missing"));
  CHECK(sniff(write("a", "P5\n")) == Format::pgm);
  CHECK(sniff(write("b", std::string(128, '\0') + "DICM")) == Format::dicom);
  CHECK(sniff(write("c", std::string_view("II*\0", 4))) == Format::tiff);
  CHECK(sniff(write("d", "\xff\xd8\xff\xe0")) == Format::jpeg);
  for (const json& film : films()) {
    const std::string name = film["file"];
    CAPTURE(name);
    const bool signature = name != "text.dcm" && name != "empty.dcm" && name != "no_preamble.dcm";
    CHECK(sniff(test::golden("image/films/" + name)).has_value() == signature);
  }
}
