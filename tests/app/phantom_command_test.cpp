#include "mammo/core/file.hpp"
#include "mammo/image/read.hpp"
#include "tests/app/films.hpp"
#include "tests/app/run_program.hpp"
#include "tests/app/small_detector.hpp"
#include "tests/support/files.hpp"
#include "tests/support/skip.hpp"

#include <algorithm>
#include <filesystem>
#include <set>
#include <string>
#include <vector>

#include <catch2/catch.hpp>
#include <nlohmann/json.hpp>

namespace fs = std::filesystem;
using namespace mammo::test;
using Json = nlohmann::json;
using Names = std::set<std::string>;

namespace {

Ended phantom(const fs::path& out, std::vector<std::string> options = {}) {
  options.insert(options.begin(), {"phantom", "--out", out.string()});
  return mammo_program(options);
}

// Of an exam whose left breast has the masses 1 to `left`, and the right one those from there to `all`.
Names files_of_exam(int left, int all) {
  Names names = {"truth.json", "masks/L_MLO_pectoral_muscle.png", "masks/R_MLO_pectoral_muscle.png"};
  for (const std::string film : {"L_CC", "L_MLO", "R_CC", "R_MLO"}) {
    names.insert(film + ".dcm");
    for (const char* part : {"breast", "parenchyma", "glandularity"})
      names.insert("masks/" + film + "_" + part + ".png");
    const bool on_left = film.starts_with("L");
    for (int i = on_left ? 1 : left + 1; i <= (on_left ? left : all); ++i) {
      names.insert("masks/" + film + "_mass_" + std::to_string(i) + ".png");
    }
  }
  return names;
}

std::vector<double> extent(const mammo::Tensor& mask) {
  std::int64_t left = mask.size(1), right = 0, top = mask.size(0), bottom = 0;
  const auto values = mask.data<std::uint8_t>();
  for (std::int64_t y = 0; y < mask.size(0); ++y) {
    for (std::int64_t x = 0; x < mask.size(1); ++x) {
      if (values[static_cast<std::size_t>(y * mask.size(1) + x)] != 255) continue;
      left = std::min(left, x);
      right = std::max(right, x + 1);
      top = std::min(top, y);
      bottom = std::max(bottom, y + 1);
    }
  }
  return {static_cast<double>(left), static_cast<double>(top), static_cast<double>(right - left),
          static_cast<double>(bottom - top)};
}

void need_dcmtk() {
  if (!MAMMO_WITH_DCMTK) skip("built without DCMTK");
}

} // namespace

TEST_CASE("A phantom's films and masks are what its truth says, and it can be analysed") {
  need_dcmtk();
  const TemporaryFolder folder;
  const fs::path exam = folder / "exam";
  const Ended ended = phantom(exam, {"--seed", "5", "--lesions", "4"});
  REQUIRE(ended.status == 0);
  CHECK(ended.err.empty());
  CHECK(lines(ended.out).size() == 5);
  CHECK(ended.out.find(exam.string()) != std::string::npos);
  CHECK(below(exam) == files_of_exam(2, 4));

  const Json truth = Json::parse(mammo::read_text(exam / "truth.json"));
  CHECK(truth["schema"] == "mammo-phantom-1");
  CHECK(truth["seed"] == 5);
  CHECK(truth["lesions"] == 4);
  REQUIRE(truth["films"].size() == 4);
  for (const Json& film : truth["films"]) {
    const mammo::image::Film read = mammo::image::read_film(exam / film["file"].get<std::string>());
    CHECK(read.warnings.empty());
    CHECK(read.height() == film["height"]);
    CHECK(read.width() == film["width"]);
    CHECK(read.bits == film["bits"]);
    CHECK(read.metadata.laterality == film["laterality"].get<std::string>());
    CHECK(read.metadata.view_position == film["view"].get<std::string>());
    CHECK(read.metadata.pixel_spacing.value().row_mm == Approx(film["pixel_spacing_mm"].get<double>()));
    CHECK(film["pectoral_muscle"].is_null() == (film["view"] == "CC"));
    REQUIRE(film["masses"].size() == 2);
    for (const Json& mass : film["masses"]) {
      const auto mask = mammo::image::read_film(exam / mass["mask"].get<std::string>());
      CHECK(mask.height() == read.height());
      CHECK(extent(mask.stored) == mass["box"].get<std::vector<double>>());
      CHECK(mass["malignant"] == (mass["shape"] == "spiculated"));
    }
  }

  // Its masks are no films.
  const Ended analysed = mammo_program(
      {"analyze", exam.string(), "--out", (folder / "out").string(), "--models", small_models()});
  CHECK(analysed.status == 0);
  CHECK(analysed.out.find("4 analysed, 0 failed") != std::string::npos);
}

TEST_CASE("The same seed writes the same bytes, another one others") {
  need_dcmtk();
  const TemporaryFolder folder;
  REQUIRE(phantom(folder / "a", {"--seed", "1"}).status == 0);
  REQUIRE(phantom(folder / "b", {"--seed", "1"}).status == 0);
  REQUIRE(phantom(folder / "c", {"--seed", "2"}).status == 0);
  CHECK(below(folder / "a") == below(folder / "b"));
  for (const std::string& name : below(folder / "a")) {
    INFO(name);
    CHECK((mammo::read_text(folder / "a" / name) == mammo::read_text(folder / "b" / name)));
  }
  for (const char* name : {"L_CC.dcm", "R_CC.dcm", "L_MLO.dcm", "R_MLO.dcm", "truth.json"}) {
    INFO(name);
    CHECK((mammo::read_text(folder / "a" / name) != mammo::read_text(folder / "c" / name)));
  }
}

TEST_CASE("An exam is replaced with --force alone, its masks with it, and nothing else") {
  need_dcmtk();
  const TemporaryFolder folder;
  const fs::path exam = folder / "exam";
  REQUIRE(phantom(exam, {"--lesions", "4"}).status == 0);
  put_text(exam / "notes.txt", "mine");
  put_text(exam / "masks" / "L_CC_mine.png", "mine");
  const std::string before = mammo::read_text(exam / "truth.json");
  const Ended refused = phantom(exam, {"--lesions", "0"});
  CHECK(refused.status == 2);
  REQUIRE(lines(refused.err).size() == 1);
  CHECK(refused.err.find(exam.string()) != std::string::npos);
  CHECK(refused.err.find("--force") != std::string::npos);
  CHECK(mammo::read_text(exam / "truth.json") == before);

  CHECK(phantom(exam, {"--lesions", "0", "--force"}).status == 0);
  Names expected = files_of_exam(0, 0);
  expected.insert({"notes.txt", "masks/L_CC_mine.png"});
  CHECK(below(exam) == expected);
}

TEST_CASE("A film that is no phantom's is not replaced") {
  need_dcmtk();
  const TemporaryFolder folder;
  put_text(folder / "exam" / "R_MLO.dcm", "a patient's");
  const Ended ended = phantom(folder / "exam");
  CHECK(ended.status == 2);
  CHECK(lines(ended.err).size() == 1);
  CHECK(ended.err.find("R_MLO.dcm") != std::string::npos);
  CHECK(below(folder / "exam") == Names{"R_MLO.dcm"});
  CHECK(mammo::read_text(folder / "exam" / "R_MLO.dcm") == "a patient's");
}

TEST_CASE("A phantom that cannot be written leaves nothing") {
  need_dcmtk();
  const TemporaryFolder folder;
  put_text(folder / "file", "in the way");
  fs::create_directories(folder / "exam" / "truth.json" / "folder"); // in the way of the last file
  for (const fs::path& out : {folder / "file", folder / "file" / "below", fs::path("/proc/exam")}) {
    const Ended ended = phantom(out);
    INFO(ended.err);
    CHECK(ended.status == 2);
    CHECK(lines(ended.err).size() == 1);
    CHECK(ended.err.find(out.string()) != std::string::npos);
  }
  const Ended ended = phantom(folder / "exam", {"--force"});
  CHECK(ended.status == 2);
  CHECK(lines(ended.err).size() == 1);
  CHECK(below(folder / "exam").empty());
  CHECK_FALSE(fs::exists(folder / "exam" / "masks"));
}

TEST_CASE("Bad usage of phantom is one line and exit code 2") {
  const TemporaryFolder folder;
  const std::string out = (folder / "out").string();
  check_bad_usage({{"phantom"},
                   {"phantom", "--out", out, "--lesions", "17"},
                   {"phantom", "--out", out, "--lesions", "-1"},
                   {"phantom", "--out", out, "--lesions", "many"},
                   {"phantom", "--out", out, "--seed", "-1"},
                   {"phantom", "--out", out, "--seed", "1.5"},
                   {"phantom", "--out", out, "--sed", "1"},
                   {"phantom", out, "--out", out}});
  CHECK_FALSE(fs::exists(out));
}
