#include "mammo/app/sha256.hpp"
#include "mammo/core/file.hpp"
#include "mammo/core/geometry.hpp"
#include "mammo/image/full_range.hpp"
#include "mammo/image/orientation.hpp"
#include "mammo/image/read.hpp"
#include "mammo/image/thesis_chain.hpp"
#include "mammo/image/write_png.hpp"
#include "tests/app/films.hpp"
#include "tests/app/run_program.hpp"
#include "tests/support/files.hpp"

#include <algorithm>
#include <array>
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

const std::vector<std::string> thesis{"full_range", "flip",      "vertical_crop",  "clahe",
                                      "clean",      "eight_bit", "blur",           "threshold",
                                      "contour",    "mask",      "horizontal_crop"};

Names results_of(const std::string& stem, const std::vector<std::string>& steps) {
  Names names{stem + "_steps.json", stem + "_steps.png"};
  for (std::size_t i = 0; i < steps.size(); ++i) {
    names.insert(stem + "_" + std::to_string(i + 1) + "_" + steps[i] + ".png");
  }
  return names;
}

std::string film() {
  return (source_dir() / "examples" / "data" / "01442_RIGHT_MLO.jpg").string();
}

Ended preprocess(const std::vector<std::string>& inputs, const fs::path& out,
                 const std::vector<std::string>& more = {}) {
  std::vector<std::string> arguments{"preprocess"};
  arguments.insert(arguments.end(), inputs.begin(), inputs.end());
  arguments.insert(arguments.end(), {"--out", out.string()});
  arguments.insert(arguments.end(), more.begin(), more.end());
  return mammo_program(arguments);
}

mammo::AffineTransform transform_of(const Json& step) {
  const std::array<double, 6> m = step["to_film"];
  return {m[0], m[1], m[2], m[3], m[4], m[5]};
}

} // namespace

TEST_CASE("A preprocess run gives the picture of each of the thesis' steps, a sheet and the transforms") {
  const TemporaryFolder folder;
  const Ended ended = preprocess({film()}, folder / "out");
  INFO(ended.err);
  REQUIRE(ended.status == 0);
  CHECK(ended.err.empty());
  CHECK(lines(ended.out)[0].starts_with(film() + ": 11 steps, to "));
  CHECK(below(folder / "out") == results_of("01442_RIGHT_MLO", thesis));

  const Json json = Json::parse(mammo::read_text(folder / "out" / "01442_RIGHT_MLO_steps.json"));
  CHECK(json["schema"] == "mammo-preprocess-1");
  CHECK(json["chain"] == "thesis");
  CHECK(json["image"]["sha256"] == mammo::app::sha256(mammo::read_text(film())));
  CHECK(json["parameters"]["clip_limit"] == 100);
  REQUIRE(json["steps"].size() == 11);

  // The last picture is the chain's, and its transform too.
  const mammo::image::Levels levels = mammo::image::levels_of(mammo::image::read_film(film()));
  const auto chain = mammo::image::thesis_chain(levels.picture, levels.bits);
  const auto last = mammo::image::read_film(folder / "out" / "01442_RIGHT_MLO_11_horizontal_crop.png");
  CHECK(std::ranges::equal(last.stored.data<std::uint16_t>(), chain.picture.data<std::uint16_t>()));
  CHECK(transform_of(json["steps"][10]).matrix() == chain.to_film.matrix());
  CHECK(json["steps"][10]["bits"] == 16);
  CHECK(json["steps"][10]["width"] == chain.picture.size(1));
}

TEST_CASE("A preprocess run of one's own steps starts where one says") {
  const TemporaryFolder folder;
  const fs::path right = folder / "right.png"; // a breast at the right, which is turned over
  mammo::image::write_png(right, mammo::image::flip_horizontally(formula_film(400, 240)));
  const Ended ended = preprocess({right.string()}, folder / "out", {"--steps", "clahe,flip"});
  INFO(ended.err);
  REQUIRE(ended.status == 0);
  CHECK(below(folder / "out") == results_of("right", {"clahe", "flip"}));
  const Json json = Json::parse(mammo::read_text(folder / "out" / "right_steps.json"));
  CHECK(json["chain"].is_null());
  CHECK(json["steps"][0]["bits"] == 8);
  CHECK(transform_of(json["steps"][0]).apply(mammo::Point{0, 0}).x == 0);
  CHECK(transform_of(json["steps"][1]).apply(mammo::Point{0, 0}).x == 240);
}

TEST_CASE("A preprocess run takes many films, and says which of them failed") {
  const TemporaryFolder folder;
  put_film(folder / "in" / "a.png");
  put_film(folder / "in" / "deeper" / "a.png");
  put_text(folder / "in" / "broken.png", "no picture");
  mammo::image::write_png(folder / "in" / "black.png",
                          mammo::Tensor::zeros({300, 200}, {.dtype = mammo::DType::u8}));
  const Ended ended = preprocess({(folder / "in").string()}, folder / "out");
  CHECK(ended.status == 1);
  CHECK(lines(ended.err).size() == 2);
  CHECK(ended.err.find("broken.png: ") != std::string::npos);
  CHECK(ended.err.find("nothing in the blurred picture is brighter than 40") != std::string::npos);
  Names expected = results_of("a", thesis);
  for (const std::string& name : results_of("deeper/a", thesis)) expected.insert(name);
  CHECK(below(folder / "out") == expected);

  const Ended nothing = preprocess({(folder / "in" / "black.png").string()}, folder / "none");
  CHECK(nothing.status == 2);
  CHECK(!fs::exists(folder / "none"));
}

TEST_CASE("Results of a preprocess run are no inputs") {
  const TemporaryFolder folder;
  put_film(folder / "a.png");
  put_film(folder / "b_1_flip.png"); // a film that is called so
  REQUIRE(preprocess({folder.path().string()}, folder.path()).status == 0);
  const Names once = below(folder.path());
  const Ended again = preprocess({folder.path().string()}, folder.path());
  CHECK(again.status == 0);
  CHECK(again.out.find("result of an earlier run") != std::string::npos);
  CHECK(again.out.find("2 preprocessed, 0 failed") != std::string::npos);
  CHECK(below(folder.path()) == once);
}

TEST_CASE("A preprocess run replaces no input") {
  const TemporaryFolder folder;
  put_film(folder / "a_1_flip.png");
  put_film(folder / "a.png");
  const std::string before = mammo::read_text(folder / "a_1_flip.png");
  const Ended ended = preprocess({(folder / "a.png").string(), (folder / "a_1_flip.png").string()},
                                 folder.path(), {"--steps", "flip"});
  CHECK(ended.status == 1);
  CHECK(mammo::read_text(folder / "a_1_flip.png") == before);
}

TEST_CASE("Bad usage of preprocess is one line and exit code 2, before any work") {
  const TemporaryFolder folder;
  const std::string out = (folder / "out").string();
  check_bad_usage({
      {"preprocess", "--out", out},
      {"preprocess", film()},
      {"preprocess", film(), "--out", out, "--chain", "other"},
      {"preprocess", film(), "--out", out, "--steps", "sharpen"},
      {"preprocess", film(), "--out", out, "--steps", "blur"},
      {"preprocess", film(), "--out", out, "--steps", "flip", "--chain", "thesis"},
      {"preprocess", film(), "--out", out, "--lower-limit", "256"},
      {"preprocess", film(), "--out", out, "--threads", "0"},
      {"preprocess", (folder / "missing.dcm").string(), "--out", out},
  });
  CHECK(!fs::exists(out));
}

TEST_CASE("a preprocess run of the chain normalized cuts the breast out of a film with frame and label") {
  const TemporaryFolder folder;
  const Ended ended = preprocess({film()}, folder / "out", {"--chain", "normalized"});
  INFO(ended.err);
  REQUIRE(ended.status == 0);
  const std::vector<std::string> steps{"orient", "breast", "mask", "crop", "match"};
  CHECK(below(folder / "out") == results_of("01442_RIGHT_MLO", steps));
  const Json json = Json::parse(mammo::read_text(folder / "out" / "01442_RIGHT_MLO_steps.json"));
  CHECK(json["chain"] == "normalized");
  const Json& last = json["steps"][4];
  CHECK(last["bits"] == 16);
  // The white rims at the left and above are gone, and the way back leads inside the film.
  const mammo::Point corner = transform_of(last).apply(mammo::Point{0, 0});
  CHECK(corner.x > 5);
  CHECK(corner.y > 5);
  CHECK(corner.y + last["height"].get<double>() < json["image"]["height"].get<double>());

  const Ended none = preprocess({film()}, folder / "other", {"--steps", "mask,crop"});
  CHECK(none.status == 2);
  CHECK(none.err.find("step mask without contour or breast or skin before it") != std::string::npos);
}
