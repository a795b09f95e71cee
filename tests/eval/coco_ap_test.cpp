#include "mammo/core/error.hpp"
#include "mammo/core/file.hpp"
#include "mammo/eval/coco_ap.hpp"
#include "tests/support/files.hpp"

#include <cmath>
#include <limits>
#include <vector>

#include <catch2/catch.hpp>
#include <nlohmann/json.hpp>

using namespace mammo;
using namespace mammo::eval;
using Json = nlohmann::json;

namespace {

Json recorded() {
  return Json::parse(read_text(test::golden("eval/coco.json")));
}

Box box_of(const Json& row) {
  return {row[1].get<double>(), row[2].get<double>(), row[3].get<double>(), row[4].get<double>()};
}

std::vector<ImageBoxes> images_of(const Json& golden) {
  std::vector<ImageBoxes> images;
  for (const Json& recorded : golden["images"]) {
    ImageBoxes image;
    for (const Json& row : recorded["truth"]) {
      image.truth.push_back({.box = box_of(row), .category = row[0], .area = row[5], .crowd = row[6] != 0});
    }
    for (const Json& row : recorded["found"]) {
      image.found.push_back({.box = box_of(row), .category = row[0], .score = row[5]});
    }
    images.push_back(image);
  }
  return images;
}

// pycocotools says -1 where there is nothing to find.
void check_figures(const CocoFigures& actual, const Json& expected) {
  const auto check = [&](const char* name, double value) {
    INFO(name);
    if (expected[name] == -1.0) {
      CHECK(std::isnan(value));
    } else {
      CHECK(value == Approx(expected[name].get<double>()).epsilon(0).margin(1e-9));
    }
  };
  check("ap", actual.ap);
  check("ap50", actual.ap50);
  check("ap75", actual.ap75);
  check("ap_small", actual.ap_small);
  check("ap_medium", actual.ap_medium);
  check("ap_large", actual.ap_large);
  check("ar_1", actual.ar_1);
  check("ar_10", actual.ar_10);
  check("ar", actual.ar);
  check("ar_small", actual.ar_small);
  check("ar_medium", actual.ar_medium);
  check("ar_large", actual.ar_large);
}

} // namespace

TEST_CASE("COCO's figures are pycocotools'") {
  const Json golden = recorded();
  std::vector<ImageBoxes> images = images_of(golden);
  check_figures(coco_figures(images), golden["figures"]);

  for (ImageBoxes& image : images) {
    std::erase_if(image.truth, [](const TruthBox& object) {
      return object.category != 1 || object.crowd || object.area <= 32 * 32;
    });
    std::erase_if(image.found, [](const FoundBox& box) { return box.category != 1; });
  }
  check_figures(coco_figures(images), golden["one_figures"]);
}

TEST_CASE("A weight counts an image so many times") {
  const std::vector<ImageBoxes> images = images_of(recorded());
  std::vector<double> weights;
  std::vector<ImageBoxes> repeated;
  for (std::size_t i = 0; i < images.size(); ++i) {
    weights.push_back(static_cast<double>(i % 3));
    for (std::size_t k = 0; k < i % 3; ++k) {
      repeated.push_back(images[i]);
      // No equal scores among copies: which of them comes first would matter.
      for (FoundBox& box : repeated.back().found) box.score -= 1e-9 * static_cast<double>(repeated.size());
    }
  }
  const CocoMatches matches(images);
  CHECK(matches.figures(weights).ar == Approx(CocoMatches(repeated).figures().ar));
  CHECK(matches.figures(weights).ap50 == Approx(CocoMatches(repeated).figures().ap50).margin(0.01));
  CHECK(matches.figures(std::vector<double>(images.size(), 1)).ap == matches.figures().ap);
  CHECK(std::isnan(matches.figures(std::vector<double>(images.size(), 0)).ap));
  CHECK_THROWS_AS(matches.figures(std::vector<double>{1}), ArgumentError);
}

// One object, found second: precision 1/2 at every recall. The double of a hit is false.
TEST_CASE("Figures of few boxes are what a hand makes of them") {
  const Box object{0, 0, 10, 10};
  const std::vector<ImageBoxes> images = {{.truth = {{.box = object, .area = 100}},
                                           .found = {{.box = {50, 50, 9, 9}, .score = 0.9},
                                                     {.box = object, .score = 0.8},
                                                     {.box = object, .score = 0.7}}}};
  const CocoFigures figures = coco_figures(images);
  CHECK(figures.ap == Approx(0.5));
  CHECK(figures.ar == 1);
  CHECK(figures.ar_1 == 0);
  CHECK(figures.ap_small == Approx(0.5));
  CHECK(std::isnan(figures.ap_large));

  const CocoMatches::Curve curve = CocoMatches(images).curve50();
  CHECK(curve.recall == std::vector<double>{0, 1, 1});
  CHECK(curve.precision == std::vector<double>{0, 0.5, 1.0 / 3});

  CHECK(std::isnan(coco_figures({}).ap));
  auto broken = images;
  broken[0].found[0].score = std::numeric_limits<double>::quiet_NaN();
  CHECK_THROWS_AS(coco_figures(broken), ArgumentError);
}
