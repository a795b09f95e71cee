// Sinks of films: pictures, contact sheets, COCO.
#include "mammo/app/film_sinks.hpp"
#include "mammo/core/error.hpp"
#include "mammo/image/read.hpp"
#include "mammo/pipeline/stream.hpp"
#include "tests/app/films.hpp"
#include "tests/app/run_program.hpp"
#include "tests/support/files.hpp"

#include <string>
#include <vector>

#include <catch2/catch.hpp>

using namespace mammo;
using namespace mammo::test;

namespace {

std::vector<app::NamedPicture> pictures(int count) {
  std::vector<app::NamedPicture> all;
  for (int i = 0; i < count; ++i) all.push_back({"film" + std::to_string(i), formula_film(100 + i, 60)});
  return all;
}

} // namespace

TEST_CASE("A stream can end in picture files and in contact sheets") {
  const TemporaryFolder folder;
  app::PictureSink files(folder / "pictures");
  CHECK(pipeline::stream(pipeline::from(pictures(3)), files).delivered == 3);
  CHECK(below(folder / "pictures") == std::set<std::string>{"film0.png", "film1.png", "film2.png"});
  CHECK(image::read_film(folder / "pictures/film2.png").height() == 102);

  app::ContactSheetSink sheets(folder / "sheets", 2);
  CHECK(pipeline::stream(pipeline::from(pictures(5)), sheets).delivered == 5);
  CHECK(below(folder / "sheets") == std::set<std::string>{"sheet_1.png", "sheet_2.png", "sheet_3.png"});
  CHECK(image::read_film(folder / "sheets/sheet_1.png").width() >= 2 * 300);
  CHECK_THROWS_AS(app::ContactSheetSink(folder / "sheets", 0), ArgumentError);
}

TEST_CASE("A stream of analyses can end in a COCO file that the loader reads") {
  const TemporaryFolder folder;
  app::AnalyzedFilm film{.task = {.input = {folder / "in/a.png", {}}}, .analysis = {}};
  film.analysis.image.height = 400;
  film.analysis.image.width = 240;
  film.analysis.detections = {{.label = "mass", .score = 0.75, .box = {1, 2, 30, 40}}};
  app::AnalyzedFilm clear = film;
  clear.task.input.path = folder / "in/b/c.png";
  clear.analysis.detections.clear();
  app::CocoSink coco(folder / "marks.json", folder / "in");
  pipeline::stream(pipeline::from(std::vector{film, clear}), coco);
  const data::CocoFile read = data::read_coco(folder / "marks.json");
  REQUIRE(read.images.size() == 2);
  CHECK(read.images[1].file_name == "b/c.png");
  REQUIRE(read.annotations.size() == 1);
  CHECK(read.annotations[0].box.height == 40);
  CHECK(read.annotations[0].area == 1200);
  CHECK(read.categories.at(0).name == "mass");
}
