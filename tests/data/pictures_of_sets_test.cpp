#include "mammo/core/error.hpp"
#include "mammo/data/cbis_tcia.hpp"
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
using Catch::Matchers::Contains;
using Catch::Matchers::Message;
using test::TemporaryFolder;

namespace {

// PNG bytes, whatever the name.
void put_picture(const std::filesystem::path& path, const std::vector<std::uint8_t>& values,
                 std::int64_t width) {
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

TEST_CASE("CBIS-DDSM as TCIA ships it: masks are told from crops by their size") {
  const TemporaryFolder folder;
  put(folder / "metadata.csv", "Series UID,Subject ID,Series Description,File Location\n"
                               "1,Mass-Training_P_00001_LEFT_CC_1,ROI mask images,./C/one\n"
                               "2,Mass-Training_P_00001_LEFT_CC,full mammogram images,./C/film\n"
                               "3,Mass-Training_P_00001_LEFT_CC_2,ROI mask images,./C/two\n"
                               "4,Mass-Training_P_00001_LEFT_CC_2,cropped images,./C/crop\n"
                               "5,Mass-Training_P_00002_LEFT_CC_1,ROI mask images,./C/alone\n");
  put(folder / "cases.csv", "patient_id,breast_density,left or right breast,image view,abnormality id,mass "
                            "shape,mass margins,assessment,pathology\n"
                            "P_00001,3,LEFT,CC,1,OVAL,,3,BENIGN\nP_00001,3,LEFT,CC,2,ROUND,,5,MALIGNANT\n");
  put_picture(folder / "C/film/1-1.dcm", std::vector<std::uint8_t>(12, 9), 4); // 3 high, 4 wide
  put_picture(folder / "C/one/1-1.dcm", {7, 7}, 2);                            // the crop comes first
  put_picture(folder / "C/one/1-2.dcm", {0, 0, 0, 0, 0, 255, 255, 0, 0, 255, 0, 0}, 4);
  put_picture(folder / "C/two/1-1.dcm", {255, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0}, 4);
  put_picture(folder / "C/crop/1-1.dcm", {7, 7}, 2);
  const std::vector<AnnotatedFilm> films = read_cbis_tcia(folder / "metadata.csv", {folder / "cases.csv"});
  REQUIRE(films.size() == 1);
  CHECK(films[0].name == "P_00001_LEFT_CC");
  CHECK(films[0].patient == "P_00001");
  CHECK(films[0].density == 3);
  REQUIRE(films[0].lesions.size() == 2);
  CHECK(films[0].lesions[0].box == Box{1, 1, 2, 2});
  CHECK(films[0].lesions[0].pathology == Pathology::benign);
  CHECK(films[0].lesions[0].lesion == "P_00001_L_1");
  CHECK(films[0].lesions[1].box == Box{0, 0, 1, 1});
  CHECK(films[0].lesions[1].pathology == Pathology::malignant);
  CHECK(films[0].lesions[1].shape == "ROUND");
  CHECK(extent_of_mask(Tensor::zeros({2, 2}, {.dtype = DType::u8})).area() == 0);

  put(folder / "bad.csv", "Series UID,Subject ID,File Location\n1,P_1,./C/film\n");
  CHECK_THROWS_MATCHES(
      read_cbis_tcia(folder / "bad.csv"), FileError,
      Message((folder / "bad.csv").string() +
              ": line 2: Subject ID is \"P_1\", expected a name like Mass-Training_P_00001_LEFT_CC_1"));
}

// Of the films that the table names, only two crops are there.
TEST_CASE("A film of TCIA's table that is not there is named") {
  const auto root = test::shared("data/dicom/cbis-tcia-layout");
  CHECK_THROWS_WITH(read_cbis_tcia(root / "metadata.csv"), Contains("Calc-Test_P_00038_LEFT_CC/08-29-2017"));
}
