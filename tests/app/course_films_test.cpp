// Lessons 7 to 14 of examples/: films and results.
#include "mammo/core/file.hpp"
#include "mammo/image/read.hpp"
#include "tests/app/lesson.hpp"
#include "tests/app/run_program.hpp"
#include "tests/support/files.hpp"

#include <filesystem>
#include <fstream>
#include <string>
#include <vector>

#include <catch2/catch.hpp>
#include <nlohmann/json.hpp>

using namespace mammo::test;
using Json = nlohmann::json;
namespace fs = std::filesystem;

namespace {

const std::string films = (source_dir() / "examples" / "data").string();
const std::string film = films + "/01442_RIGHT_MLO.jpg"; // 1333 x 800
const std::string detector = (source_dir() / "models" / "detector").string();

// The film of a synthetic exam that the syllabus speaks of: of a right breast, which faces left.
fs::path phantom_film(const TemporaryFolder& folder) {
  REQUIRE(mammo_program({"phantom", "--out", (folder / "exam").string(), "--seed", "5", "--lesions", "4"})
              .status == 0);
  return folder / "exam" / "R_MLO.dcm";
}

} // namespace

TEST_CASE("Lesson 7: a backbone is loaded by name, and a channel of it knows a mass on another view",
          "[slow]") {
  const TemporaryFolder folder;
  const fs::path picture = folder / "channel.png";
  const auto out = run_lesson("07_resnet", {detector, films, picture.string()});
  REQUIRE(out.size() == 5);
  // A ResNet-50 has 53 convolutions, each with a norm of four tensors.
  CHECK(numbers(out[0], "missing:").at(0) == 53 * 5);
  CHECK(numbers(out[2], "loaded:").at(0) == 53 * 5);
  const auto ratios = numbers(out[3], "by"); // on the film it was chosen on, and on the other view
  REQUIRE(ratios.size() == 2);
  const double untrained = last_number(out[4]);
  CHECK(ratios[1] > 5);
  CHECK(ratios[1] > 2 * untrained);
  CHECK(mammo::image::read_film(picture).width() == 800);
}

TEST_CASE("Lesson 8: the window of a synthetic film is the standard's, pixel for pixel") {
  const TemporaryFolder folder;
  const fs::path sheet = folder / "windows.png";
  const auto out = run_lesson("08_dicom", {phantom_film(folder).string(), sheet.string()});
  REQUIRE(out.size() == 8);
  CHECK(numbers(out[2]).at(0) == Approx(240.0 / 1536)); // the film's height in mm and in pixels
  CHECK(out[5] == "  window 1, linear, center 2048, width 4096");
  CHECK(out[7] == "0 of 1769472 pixels differ from the standard's formula");
  CHECK(mammo::image::read_film(sheet).width() > 3 * 300); // three pictures in a row
}

TEST_CASE("Lesson 8 shows all grey scales of a real film") {
  const fs::path real = shared("data/dicom/GH133.dcm"); // its three tables and windows: data/README.md there
  const TemporaryFolder folder;
  const Ended ended =
      run_program({lesson_program("08_dicom"), real.string(), (folder / "windows.png").string()});
  INFO(ended.out << ended.err);
  REQUIRE(ended.status == 0);
  const auto out = lines(ended.out);
  REQUIRE(out.size() == 13);
  CHECK(out[0] == "DICOM JPEG Lossless, 3062 x 2394, 12 bits");
  CHECK(out[6] == "  lut 2 (HARDER)");
  CHECK(out[8] == "  window 1 (NORMAL), sigmoid, center 2653, width 900");
  CHECK(out[12] == "0 of 7330428 pixels differ from the standard's formula");
}

TEST_CASE("Lesson 9: the chain step by step and at once give the same bits") {
  const TemporaryFolder folder;
  const fs::path sheet = folder / "steps.png";
  const auto out = run_lesson("09_thesis_chain", {phantom_film(folder).string(), sheet.string()});
  REQUIRE(out.size() == 13);
  CHECK(out[0].starts_with("full_range      u16 [1536, 1152]"));
  CHECK(numbers(out[11], "is at") == std::vector<double>{1152, 0}); // turned over: x' = 1152 - x
  CHECK(out[11].ends_with("which was turned over"));
  CHECK(out[12].ends_with("the same bits"));
  CHECK(mammo::image::read_film(sheet).width() > 6 * 180); // six pictures in a row
}

TEST_CASE("Lesson 10: histogram equalisation by hand is the library's, and serial stages count") {
  const TemporaryFolder folder;
  const auto out = run_lesson("10_custom_filter", {film, (folder / "equal.png").string()});
  REQUIRE(out.size() == 3);
  // 255 times 1/4, 3/4, 3/4 and 4/4.
  CHECK(numbers(out[0], "become") == std::vector<double>{64, 191, 191, 255});
  const auto changed = numbers(out[1], "change:"); // of all, of how many, and what CLAHE makes otherwise
  CHECK(changed.at(0) > 0.5 * 1333 * 800);
  CHECK(changed.at(1) == 1333 * 800);
  CHECK(changed.at(2) == 0);
  CHECK(out[2] == "2 pictures passed; at strength 0 0 pixels change");
  CHECK(mammo::image::read_film(folder / "equal.png").height() == 1333);
}

TEST_CASE("Lesson 11: the pipeline shows its types and draws what the calls by hand draw") {
  const TemporaryFolder folder;
  const auto out = run_lesson("11_typed_pipeline", {film, detector, (folder / "overlay.png").string()});
  CHECK(out.back() == "2 marks; drawn by hand the picture is the same"); // tests/app/command_run_test.cpp
  CHECK(mammo::image::read_film(folder / "overlay.png").width() == 800);
}

TEST_CASE("Lesson 12: a stream of a folder reports the film that fails and finishes the others in order") {
  const TemporaryFolder folder;
  fs::copy(films, folder / "films");
  std::ofstream(folder / "films" / "00500_BROKEN.png") << "no picture";
  const auto out =
      run_lesson("12_streaming", {(folder / "films").string(), detector, (folder / "table.csv").string()});
  // Marks of each film, by tests/app/command_run_test.cpp.
  CHECK(std::vector<std::string>(out.begin(), out.begin() + 6) ==
        std::vector<std::string>{"00421_LEFT_CC.jpg: 0 marks", "00500_BROKEN.png: failed in read",
                                 "00999_LEFT_MLO.jpg: 2 marks", "01442_RIGHT_CC.jpg: 1 marks",
                                 "01442_RIGHT_MLO.jpg: 2 marks", "5 films, 4 analysed, 1 failed"});
  const auto table = lines(mammo::read_text(folder / "table.csv"));
  REQUIRE(table.size() == 5);
  CHECK(table[0] == "film,marks,best");
  CHECK(table[4].starts_with("01442_RIGHT_MLO.jpg,2,0.67")); // the score that lesson 13 shows
}

TEST_CASE("Lesson 13 finds what the command finds") {
  const TemporaryFolder folder;
  const auto marks = run_lesson("13_detection", {film, detector, (folder / "overlay.png").string()});
  fs::create_directories(folder / "models"); // without the second look, which the lesson leaves out
  fs::create_directory_symlink(detector, folder / "models/detector");
  REQUIRE(mammo_program(
              {"analyze", film, "--models", (folder / "models").string(), "--out", (folder / "out").string()})
              .status == 0);
  const Json detections =
      Json::parse(mammo::read_text(folder / "out" / "01442_RIGHT_MLO.json"))["detections"];
  REQUIRE(marks.size() == detections.size());
  for (std::size_t i = 0; i < marks.size(); ++i) {
    const auto mark = numbers(marks[i]); // score, x, y, width, height
    CHECK(mark.at(0) == Approx(detections[i]["score"].get<double>()).margin(1e-4));
    for (std::size_t k = 0; k < 4; ++k) {
      CHECK(mark.at(k + 1) == Approx(detections[i]["box"][k].get<double>()).margin(0.1));
    }
  }
  CHECK(mammo::image::read_film(folder / "overlay.png").width() == 800);
}

TEST_CASE("Lesson 14 finds the mass by what moves the score", "[slow]") {
  const TemporaryFolder folder;
  const fs::path picture = folder / "map.png";
  const auto out = run_lesson("14_saliency", {film, detector, picture.string()});
  REQUIRE(out.size() == 1);
  const auto place = numbers(out[0], "around");
  // examples/data/boxes.json: [367.9, 872.3, 84.5, 79.7]
  CHECK(place.at(0) == Approx(410).margin(42));
  CHECK(place.at(1) == Approx(912).margin(40));
  CHECK(mammo::image::read_film(picture).width() == 800);
}
