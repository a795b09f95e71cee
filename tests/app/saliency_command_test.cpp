#include "mammo/app/sha256.hpp"
#include "mammo/core/file.hpp"
#include "mammo/image/read.hpp"
#include "mammo/image/write_png.hpp"
#include "tests/app/films.hpp"
#include "tests/app/run_program.hpp"
#include "tests/app/small_detector.hpp"
#include "tests/support/files.hpp"

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

Names results_of(const std::string& stem) {
  return {stem + "_saliency.json", stem + "_saliency.npy", stem + "_saliency.png"};
}

// A film with a mass, which the shipped detector finds.
std::string film() {
  return (source_dir() / "examples" / "data" / "01442_RIGHT_MLO.jpg").string();
}

Ended saliency(const std::vector<std::string>& inputs, const fs::path& out,
               const std::vector<std::string>& more = {}) {
  std::vector<std::string> arguments{"saliency"};
  arguments.insert(arguments.end(), inputs.begin(), inputs.end());
  arguments.insert(arguments.end(), {"--out", out.string()});
  arguments.insert(arguments.end(), more.begin(), more.end());
  return mammo_program(arguments);
}

// Of a detector of test size.
Ended quick_saliency(const std::vector<std::string>& inputs, const fs::path& out,
                     std::vector<std::string> more = {}) {
  more.insert(more.end(), {"--models", small_models()});
  return saliency(inputs, out, more);
}

Json report(const fs::path& path) {
  return Json::parse(mammo::read_text(path));
}

} // namespace

TEST_CASE("A saliency run gives a picture, the map and a report") {
  const TemporaryFolder folder;
  const Ended ended = saliency({film()}, folder / "out");
  INFO(ended.err);
  REQUIRE(ended.status == 0);
  CHECK(ended.err.empty());
  CHECK(lines(ended.out)[0].starts_with(film() + ": mass 0."));
  CHECK(below(folder / "out") == results_of("01442_RIGHT_MLO"));

  const Json json = report(folder / "out" / "01442_RIGHT_MLO_saliency.json");
  CHECK(json["schema"] == "mammo-saliency-1");
  CHECK(json["image"]["sha256"] == mammo::app::sha256(mammo::read_text(film())));
  const fs::path weights = source_dir() / "models" / "detector" / "weights.safetensors";
  CHECK(json["models"][0]["weights_sha256"] == mammo::app::sha256(mammo::read_text(weights)));
  CHECK(json["method"]["name"] == "grad_cam");
  CHECK(json["method"]["parameters"]["elementwise"] == true);
  CHECK(json["explained"]["rank"] == 1);
  CHECK(json["map"]["height"] == 800);
  CHECK(json["map"]["width"] == 448);
  const std::vector<double> box = json["explained"]["box"];
  CHECK(json["peak"]["x"] > box[0]);
  CHECK(json["peak"]["x"] < box[0] + box[2]);
  CHECK(json["peak"]["y"] > box[1]);
  CHECK(json["peak"]["y"] < box[1] + box[3]);
  CHECK(json["preprocessing"]["parameters_sha256"].is_string());
  CHECK(json["milliseconds"]["saliency"] > 0);

  const std::string map = mammo::read_text(folder / "out" / "01442_RIGHT_MLO_saliency.npy");
  CHECK(map.size() == 128 + 4 * 800 * 448);
  CHECK(map.find("(800, 448, )") != std::string::npos);
  const auto picture = mammo::image::read_film(folder / "out" / "01442_RIGHT_MLO_saliency.png");
  CHECK(picture.width() == json["image"]["width"]);
  CHECK(picture.height() > json["image"]["height"]); // with the strip
}

TEST_CASE("Every method runs, and says what it did", "[slow]") {
  const TemporaryFolder folder;
  const auto method = [&](const std::string& name, std::vector<std::string> more) {
    more.insert(more.end(), {"--method", name, "--full-size"});
    const Ended ended = saliency({film()}, folder / name, more);
    INFO(name << ended.err);
    REQUIRE(ended.status == 0);
    const Json json = report(folder / name / "01442_RIGHT_MLO_saliency.json");
    CHECK(json["method"]["name"] == name);
    CHECK(json["map"]["largest_magnitude"] > 0);
    CHECK(json["shown"]["full_scale"] > 0);
    return json["method"]["parameters"];
  };
  CHECK(method("input_gradient", {}) == Json::object());
  CHECK(method("smooth_grad", {"--samples", "2", "--noise", "0.1", "--seed", "7"}) ==
        Json{{"samples", 2}, {"noise", 0.1}, {"seed", 7}});
  CHECK(method("integrated_gradients", {"--steps", "2"}) == Json{{"steps", 2}, {"baseline", "black canvas"}});
  CHECK(method("grad_cam", {"--channel-means"}) == Json{{"elementwise", false}});
  CHECK(method("occlusion", {"--window", "224", "--stride", "200"}) ==
        Json{{"window", {224, 224}}, {"stride", {200, 200}}, {"value", 0.0}});
}

TEST_CASE("Two saliency runs differ in times alone, another seed in more") {
  const TemporaryFolder folder;
  const auto run = [&](const std::string& out, const std::string& seed) {
    REQUIRE(
        quick_saliency({film()}, folder / out, {"--method", "smooth_grad", "--samples", "2", "--seed", seed})
            .status == 0);
    Json json = report(folder / out / "01442_RIGHT_MLO_saliency.json");
    json.erase("milliseconds");
    return json.dump() + mammo::read_text(folder / out / "01442_RIGHT_MLO_saliency.npy") +
           mammo::read_text(folder / out / "01442_RIGHT_MLO_saliency.png");
  };
  const std::string first = run("first", "1");
  CHECK((first == run("second", "1")));
  CHECK((first != run("third", "2")));
}

TEST_CASE("A film that cannot be explained is one line, and leaves nothing") {
  const TemporaryFolder folder;
  const mammo::Tensor black = mammo::Tensor::zeros({400, 240}, {.dtype = mammo::DType::u8});
  mammo::image::write_png(folder / "black.png", black);
  put_text(folder / "text.dcm", "no film at all");
  struct Case {
    std::string input;
    std::vector<std::string> more;
    std::string said;
  };
  const std::vector<Case> cases = {
      {(folder / "black.png").string(), {}, "nothing was detected"},
      {(folder / "text.dcm").string(), {}, ""},
      {(folder / "none.png").string(), {}, "No such file"},
      {film(), {"--box", "900"}, "box 900"},
      {film(), {"--method", "occlusion", "--window", "4000"}, "4000"},
  };
  for (const Case& c : cases) {
    const Ended ended = saliency({c.input}, folder / "out", c.more);
    INFO(ended.err);
    CHECK(ended.status == 2);
    REQUIRE(lines(ended.err).size() == 1);
    CHECK(ended.err.starts_with(c.input + ": "));
    CHECK(ended.err.find(c.said) != std::string::npos);
    CHECK_FALSE(fs::exists(folder / "out"));
  }
}

TEST_CASE("Films that cannot be explained or written never stop the others") {
  const TemporaryFolder folder;
  put_text(folder / "text.dcm", "no film at all");
  const Ended mixed = quick_saliency({(folder / "text.dcm").string(), film()}, folder / "out");
  CHECK(mixed.status == 1);
  CHECK(lines(mixed.err).size() == 1);
  CHECK(below(folder / "out") == results_of("01442_RIGHT_MLO"));

  // The report's place is taken: picture and map, which come before it, go again.
  fs::create_directories(folder / "taken" / "01442_RIGHT_MLO_saliency.json" / "folder");
  const Ended taken = quick_saliency({film()}, folder / "taken");
  CHECK(taken.status == 2);
  CHECK(lines(taken.err).size() == 1);
  CHECK(below(folder / "taken").empty());
}

TEST_CASE("Results of a saliency run are no inputs, and replace none") {
  const TemporaryFolder folder;
  fs::copy_file(film(), folder / "a.jpg");
  REQUIRE(quick_saliency({folder.path().string()}, folder.path()).status == 0);
  Names expected = results_of("a");
  expected.insert("a.jpg");
  CHECK(below(folder.path()) == expected);
  const Ended again = quick_saliency({folder.path().string()}, folder.path());
  CHECK(again.status == 0);
  CHECK(again.out.find("result of an earlier run") != std::string::npos);
  CHECK(below(folder.path()) == expected);

  const TemporaryFolder other;
  fs::copy_file(film(), other / "b.jpg");
  fs::copy_file(film(), other / "b_saliency.png");
  const std::string before = mammo::read_text(other / "b_saliency.png");
  const Ended ended =
      quick_saliency({(other / "b.jpg").string(), (other / "b_saliency.png").string()}, other.path());
  CHECK(ended.status == 1);
  CHECK((mammo::read_text(other / "b_saliency.png") == before));
}

TEST_CASE("Bad usage of saliency is one line and exit code 2, before any work") {
  const TemporaryFolder folder;
  const std::string out = (folder / "out").string();
  check_bad_usage({
      {"saliency", "--out", out},
      {"saliency", film()},
      {"saliency", film(), "--out", out, "--method", "cam"},
      {"saliency", film(), "--out", out, "--box", "0"},
      {"saliency", film(), "--out", out, "--blur", "-1"},
      {"saliency", film(), "--out", out, "--blur", "nan"},
      {"saliency", film(), "--out", out, "--samples", "0"},
      {"saliency", film(), "--out", out, "--noise", "nan"},
      {"saliency", film(), "--out", out, "--steps", "0"},
      {"saliency", film(), "--out", out, "--window", "16", "--stride", "17"},
      {"saliency", film(), "--out", out, "--voi", "bright"},
      {"saliency", film(), "--out", out, "--backend", "abacus"},
      {"saliency", film(), "--out", out, "--model", "none"},
      {"saliency", film(), "--out", out, "--models", (folder / "none").string()},
  });
  CHECK_FALSE(fs::exists(out));
}
