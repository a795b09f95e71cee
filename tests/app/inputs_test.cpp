#include "mammo/app/inputs.hpp"
#include "mammo/app/sha256.hpp"
#include "mammo/core/error.hpp"
#include "tests/support/files.hpp"

#include <filesystem>
#include <fstream>
#include <set>

#include <catch2/catch.hpp>

namespace fs = std::filesystem;
using namespace mammo::app;
using mammo::test::TemporaryFolder;

namespace {

void put(const fs::path& path, const std::string& text = "some text") {
  fs::create_directories(path.parent_path());
  std::ofstream(path) << text;
}

std::vector<std::string> image_names(const Inputs& inputs) {
  std::vector<std::string> names;
  for (const InputFile& image : inputs.images) names.push_back(image.path.string());
  return names;
}

std::string hash8(const std::string& path) {
  return sha256(std::string_view(path)).substr(0, 8);
}

using Names = std::vector<std::string>;

} // namespace

TEST_CASE("What is named is an image, whatever it is called") {
  const TemporaryFolder folder;
  put(folder / "notes.txt");
  const Inputs inputs = collect_inputs({(folder / "notes.txt").string()});
  CHECK(image_names(inputs) == Names{(folder / "notes.txt").string()});
  CHECK(inputs.images[0].folder.empty());
  CHECK(inputs.refused.empty());
}

TEST_CASE("A missing file is refused with the system's reason") {
  const Inputs inputs = collect_inputs({"/no/such/film.png"});
  CHECK(inputs.images.empty());
  REQUIRE(inputs.refused.size() == 1);
  CHECK(inputs.refused[0].name == "/no/such/film.png");
  CHECK(inputs.refused[0].reason == "No such file or directory");
}

TEST_CASE("Folders are searched to the bottom, by name, other files being skipped") {
  const TemporaryFolder folder;
  const fs::path root = folder / "exam";
  put(root / "b.png");
  put(root / "a.DCM");
  put(root / "left" / "cc" / "c.pgm");
  put(root / "left" / "readme.md");
  put(root / "no-name", std::string("\x89PNG\r\n\x1a\n", 8)); // an image by its first bytes
  for (const std::string& given : {root.string(), root.string() + "/"}) {
    const Inputs inputs = collect_inputs({given});
    CHECK(image_names(inputs) == Names{(fs::path(given) / "a.DCM").string(),
                                       (fs::path(given) / "b.png").string(),
                                       (fs::path(given) / "left" / "cc" / "c.pgm").string(),
                                       (fs::path(given) / "no-name").string()});
    CHECK(inputs.images[0].folder == "");
    CHECK(inputs.images[2].folder == "left/cc");
    REQUIRE(inputs.skipped.size() == 1);
    CHECK(fs::path(inputs.skipped[0].name).filename() == "readme.md");
    CHECK(inputs.refused.empty());
  }
}

TEST_CASE("Each argument must give an image") {
  const TemporaryFolder folder;
  put(folder / "texts" / "a.txt");
  fs::create_directories(folder / "empty");
  put(folder / "film.png");
  const Inputs inputs = collect_inputs({(folder / "texts").string(), (folder / "empty").string(),
                                        (folder / "*.bmp").string(), (folder / "film.png").string()});
  CHECK(inputs.images.size() == 1);
  REQUIRE(inputs.refused.size() == 3);
  CHECK(inputs.refused[0].reason == "no images in this folder");
  CHECK(inputs.refused[1].reason == "no images in this folder");
  CHECK(inputs.refused[2].name == (folder / "*.bmp").string());
  CHECK(inputs.refused[2].reason == "no file matches this pattern");
}

TEST_CASE("Patterns name files and folders as a shell would") {
  const TemporaryFolder folder;
  put(folder / "a1.png");
  put(folder / "a2.txt");
  put(folder / "a3" / "x.png");
  put(folder / ".a4.png");
  const Inputs inputs = collect_inputs({(folder / "a?*").string()});
  CHECK(image_names(inputs) == Names{(folder / "a1.png").string(), (folder / "a2.txt").string(),
                                     (folder / "a3" / "x.png").string()});
  CHECK(inputs.images[2].folder.empty());
}

TEST_CASE("A file that is really called like a pattern is that file") {
  const TemporaryFolder folder;
  put(folder / "film[1].png");
  put(folder / "film1.png");
  CHECK(image_names(collect_inputs({(folder / "film[1].png").string()})) ==
        Names{(folder / "film[1].png").string()});
}

TEST_CASE("Links are followed to files, not to folders") {
  const TemporaryFolder folder;
  const fs::path root = folder / "exam";
  put(root / "a.png");
  put(folder / "elsewhere" / "b.png");
  fs::create_symlink(folder / "elsewhere" / "b.png", root / "linked.png");
  fs::create_directory_symlink(root, root / "loop");
  fs::create_directory_symlink("..", root / "up");
  fs::create_symlink("nowhere.png", root / "broken.png");
  const Inputs inputs = collect_inputs({root.string()});
  CHECK(image_names(inputs) ==
        Names{(root / "a.png").string(), (root / "broken.png").string(), (root / "linked.png").string()});
  CHECK(inputs.skipped.size() == 2);
  // Named, a link is a folder like any other.
  CHECK(collect_inputs({(root / "loop").string()}).images.size() == 3);
}

TEST_CASE("An image named twice is analysed once") {
  const TemporaryFolder folder;
  put(folder / "a.png");
  const std::string film = (folder / "a.png").string();
  CHECK(collect_inputs({film, film}).images.size() == 1);
  const Inputs inputs = collect_inputs({film, folder.path().string()});
  CHECK(inputs.images.size() == 1);
  CHECK(inputs.refused.empty());
}

TEST_CASE("Results of an earlier run and its temporary files are no inputs") {
  const TemporaryFolder folder;
  put(folder / "a.png");
  put(folder / "a.json", R"({"schema": "mammo-report-1"})");
  put(folder / "a_overlay.png");
  put(folder / "a_preprocessed.png");
  put(folder / ".x.png.tmp-4711", std::string("\x89PNG\r\n\x1a\n", 8));
  put(folder / "c_overlay.png"); // nobody's result
  put(folder / "d.json", "[not a report");
  put(folder / "d_overlay.png");
  const Inputs inputs = collect_inputs({folder.path().string()});
  CHECK(image_names(inputs) == Names{(folder / "a.png").string(), (folder / "c_overlay.png").string(),
                                     (folder / "d_overlay.png").string()});
}

TEST_CASE("Results mirror the folders below an input") {
  CHECK(output_stems({{"x/L.png", ""}, {"exam/left/cc.dcm", "left"}, {"IM0001", ""}, {"a.b.dcm", ""}}) ==
        std::vector<fs::path>{"L", "left/cc", "IM0001", "a.b"});
}

TEST_CASE("Inputs that would share a name get the hash of their path") {
  CHECK(output_stems({{"p/1-1.dcm", ""}, {"q/1-1.dcm", ""}, {"q/other.dcm", ""}}) ==
        std::vector<fs::path>{"1-1-" + hash8("p/1-1.dcm"), "1-1-" + hash8("q/1-1.dcm"), "other"});
  CHECK(output_stems({{"in/a.dcm", "s"}, {"in/a.png", "s"}, {"in/a.png", ""}}) ==
        std::vector<fs::path>{"s/a-" + hash8("in/a.dcm"), "s/a-" + hash8("in/a.png"), "a"});
  // By hand: printf p/1-1.dcm | sha256sum
  CHECK(hash8("p/1-1.dcm") == "713b5bf1");
}

TEST_CASE("The names of files about a whole run are kept free") {
  CHECK(output_stems({{"summary.png", ""}, {"manifest.dcm", ""}, {"summary2.png", ""}}) ==
        std::vector<fs::path>{"summary-" + hash8("summary.png"), "manifest-" + hash8("manifest.dcm"),
                              "summary2"});
}

TEST_CASE("No two outputs share a name even where files are called like suffixed ones") {
  const std::string taken = "a-" + hash8("p/a.dcm") + ".png";
  const std::vector<fs::path> stems = output_stems({{"p/a.dcm", ""}, {"q/a.dcm", ""}, {taken, ""}});
  CHECK(std::set<fs::path>(stems.begin(), stems.end()).size() == 3);
}

TEST_CASE("One path given twice is refused by the naming") {
  CHECK_THROWS_AS(output_stems({{"a.png", ""}, {"a.png", ""}}), mammo::ArgumentError);
}
