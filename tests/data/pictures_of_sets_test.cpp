#include "mammo/core/error.hpp"
#include "mammo/data/ddsm_tissue.hpp"
#include "mammo/data/inbreast.hpp"
#include "mammo/image/write_png.hpp"
#include "tests/support/files.hpp"

#include <array>
#include <cstdint>
#include <filesystem>
#include <fstream>
#include <string>
#include <vector>

#include <catch2/catch.hpp>

using namespace mammo;
using namespace mammo::data;
using Catch::Matchers::Message;
using test::TemporaryFolder;

namespace {

// PNG bytes, whatever the name.
void put_picture(const std::filesystem::path& path, std::vector<std::uint8_t> values, std::int64_t width) {
  std::filesystem::create_directories(path.parent_path());
  const auto height = static_cast<std::int64_t>(values.size()) / width;
  image::write_png(path, Tensor::from(values, {height, width}));
}

void put(const std::filesystem::path& path, const std::string& text) {
  std::filesystem::create_directories(path.parent_path());
  std::ofstream(path) << text;
}

} // namespace

TEST_CASE("DDSM's tissue maps are paired with their films") {
  const TemporaryFolder folder;
  put_picture(folder / "images/B_0003_1.LEFT_CC.png", {1, 2, 3, 4}, 2);
  put_picture(folder / "images/A_0002_1.RIGHT_MLO.png", {1, 2, 3, 4}, 2);
  put_picture(folder / "labels/A_0002_1.RIGHT_MLO_LI.png", {64, 128, 192, 255}, 2);
  put_picture(folder / "labels/B_0003_1.LEFT_CC_LI.png", {64, 64, 65, 64}, 2);
  const std::vector<TissueFilm> films = list_ddsm_tissue(folder.path());
  REQUIRE(films.size() == 2);
  CHECK(films[0].patient == "A_0002_1");
  CHECK(films[0].laterality == Laterality::right);
  CHECK(films[0].projection == Projection::mlo);
  CHECK(films[1].laterality == Laterality::left);
  const Tensor map = read_tissue_map(films[0].labels);
  CHECK(std::vector<int>(map.data<std::uint8_t>().begin(), map.data<std::uint8_t>().end()) ==
        std::vector<int>{0, 1, 2, 3});
  CHECK_THROWS_MATCHES(
      read_tissue_map(films[1].labels), FileError,
      Message(films[1].labels.string() + ": row 1, column 0 is 65, expected 64, 128, 192 or 255"));
  std::filesystem::remove(films[0].labels);
  CHECK_THROWS_MATCHES(
      list_ddsm_tissue(folder.path()), FileError,
      Message(films[0].labels.string() + ": no such labels, but there is " + films[0].film.string()));
  CHECK_THROWS_AS(list_ddsm_tissue(folder / "labels"), FileError);
}

TEST_CASE("The shared tissue maps are read whole") {
  const auto films = list_ddsm_tissue(test::shared("data/ddsm-tissue"));
  CHECK(films.size() == 50);
  const Tensor map = read_tissue_map(films[0].labels);
  CHECK(map.shape() == Shape{960, 480});
}

TEST_CASE("INbreast's films are joined with their outlines") {
  const TemporaryFolder folder;
  const std::string header =
      "Patient ID;Patient age;Laterality;View;Acquisition date;File Name;ACR;Bi-Rads\n";
  put(folder / "INbreast.csv",
      header + "removed;removed;R;CC;201001;200;4;4c\nremoved;removed;L;MLO;201001;201;2;1\n"
               ";;;;;;;\n");
  put_picture(folder / "AllDICOMs/200_6c61_MG_R_CC_ANON.dcm", std::vector<std::uint8_t>(12, 9), 3);
  put_picture(folder / "AllDICOMs/201_6c61_MG_L_ML_ANON.dcm", std::vector<std::uint8_t>(12, 9), 3);
  put(folder / "AllXML/200.xml",
      "<?xml version=\"1.0\"?><plist "
      "version=\"1.0\"><dict><key>Images</key><array><dict><key>ROIs</key><array>\n"
      "<dict><key>Name</key><string>Mass</string><key>Point_mm</key><array><string>(9, 9, "
      "9)</string></array>\n"
      "<key>Point_px</key><array><string>(1.5, 2.0)</string><string>(2.5, 1)</string><string>(2, "
      "3.25)</string>\n"
      "</array></dict><dict><key>Name</key><string>Calcification</string><key>Point_px</key><array>\n"
      "<string>(0, 1)</string></array></dict></array></dict></array></dict></plist>\n");
  const std::vector<AnnotatedFilm> films = read_inbreast(folder.path());
  REQUIRE(films.size() == 2);
  CHECK(films[0].id == 200);
  CHECK(films[0].patient == "6c61");
  CHECK(films[0].height == 4);
  CHECK(films[0].width == 3);
  CHECK(films[0].density == 4);
  REQUIRE(films[0].lesions.size() == 1);
  CHECK(films[0].lesions[0].box == Box{1.5, 1, 1, 2.25});
  CHECK(films[0].lesions[0].assessment == 4);
  CHECK(films[1].projection == Projection::mlo);
  CHECK(films[1].lesions.empty());
  CHECK(read_inbreast_outlines(folder / "AllXML/200.xml").size() == 2);

  put(folder / "AllXML/201.xml", "<key>Point_px</key><array><string>(1; 2)</string></array>");
  CHECK_THROWS_MATCHES(read_inbreast(folder.path()), FileError,
                       Message((folder / "AllXML/201.xml").string() + ": point \"(1; 2)\", expected (x, y)"));
  put(folder / "INbreast.csv", header + "removed;removed;R;CC;201001;300;4;4c\n");
  CHECK_THROWS_MATCHES(read_inbreast(folder.path()), FileError,
                       Message((folder / "INbreast.csv").string() +
                               ": line 2: File Name is \"300\", expected a film in AllDICOMs"));
}
