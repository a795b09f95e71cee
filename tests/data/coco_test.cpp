#include "mammo/core/error.hpp"
#include "mammo/data/coco.hpp"
#include "tests/support/files.hpp"

#include <fstream>
#include <string>
#include <vector>

#include <catch2/catch.hpp>

using namespace mammo;
using namespace mammo::data;
using Catch::Matchers::Contains;
using test::TemporaryFolder;

namespace {

const std::string image = R"({"id": 0, "file_name": "a.png", "height": 8, "width": 6})";
const std::string annotation = R"({"id": 0, "image_id": 0, "category_id": 0, "bbox": [0, 0, 1, 1]})";

std::string with(const std::string& images, const std::string& annotations) {
  return R"({"categories": [{"id": 0, "name": "Mass"}], "images": [)" + images + R"(], "annotations": [)" +
         annotations + "]}";
}

} // namespace

TEST_CASE("What is wrong with an annotation file is named by its entry") {
  const TemporaryFolder folder;
  const auto refused = [&](const std::string& text, const std::string& message) {
    INFO(text);
    std::ofstream(folder / "c.json") << text;
    CHECK_THROWS_WITH(read_coco(folder / "c.json"), Contains((folder / "c.json").string() + ": " + message));
  };
  refused("{", "is not JSON");
  refused("[]", "the file is [], expected an object");
  refused("{\"images\": []}", "the file has no annotations");
  refused(R"({"images": 3, "annotations": []})", "images is number, expected an array");
  refused(with(image + "," + image, ""), "images[1].id is 0, which an earlier entry has");
  refused(with(R"({"id": 0, "file_name": "a.png", "height": 8})", ""), "images[0] has no width");
  refused(with(R"({"id": 0.5, "file_name": "a.png", "height": 8, "width": 6})", ""),
          "images[0].id is 0.5, expected a whole number");
  refused(with(R"({"id": 0, "file_name": "a.png", "height": 8, "width": 0})", ""),
          "images[0].width is 0, expected above 0");
  refused(with(R"({"id": 0, "file_name": "../a.png", "height": 8, "width": 6})", ""),
          "images[0].file_name is \"../a.png\", expected a path that stays inside the folder");
  refused(with(R"({"id": 0, "file_name": "a", "height": 8, "width": 6, "native_width": 7})", ""),
          "images[0] has no native_height");
  refused(with(image, R"({"id": 0, "image_id": 1, "category_id": 0, "bbox": [0, 0, 1, 1]})"),
          "annotations[0].image_id is 1, which is not listed");
  refused(with(image, R"({"id": 0, "image_id": 0, "category_id": 4, "bbox": [0, 0, 1, 1]})"),
          "annotations[0].category_id is 4, which is not listed");
  for (const std::string box : {"[0,0,1]", "[0,0,-1,1]", "[0,0,1,\"1\"]", "7"}) {
    refused(with(image, R"({"id": 0, "image_id": 0, "category_id": 0, "bbox": )" + box + "}"),
            "annotations[0].bbox is " + box + ", expected [x, y, width, height]");
  }
  refused(with(image, annotation + "," + annotation), "annotations[1].id is 0, which an earlier entry has");
}

TEST_CASE("Results are read back as they were written") {
  const TemporaryFolder folder;
  const std::vector<CocoResult> written = {
      {.image_id = 3, .category_id = 0, .box = {0.1, 1.0 / 3, 20, 1e-3}, .score = 0.30000000000000004},
      {.image_id = -1, .category_id = 2, .box = {}, .score = 0}};
  std::ofstream(folder / "r.json") << coco_results_json(written);
  const std::vector<CocoResult> read = read_coco_results(folder / "r.json");
  REQUIRE(read.size() == 2);
  for (std::size_t i = 0; i < read.size(); ++i) {
    CHECK(read[i].image_id == written[i].image_id);
    CHECK(read[i].category_id == written[i].category_id);
    CHECK(read[i].box == written[i].box);
    CHECK(read[i].score == written[i].score);
  }
  std::ofstream(folder / "e.json") << coco_results_json({});
  CHECK(read_coco_results(folder / "e.json").empty());
  std::ofstream(folder / "b.json") << R"([{"image_id": 1, "category_id": 0, "bbox": [0,0,1,1]}])";
  CHECK_THROWS_WITH(read_coco_results(folder / "b.json"), Contains("results[0] has no score"));
}
