#include "mammo/app/analyzer.hpp"
#include "mammo/core/file.hpp"
#include "mammo/data/coco.hpp"
#include "mammo/image/read.hpp"
#include "mammo/image/resample.hpp"
#include "mammo/image/voi.hpp"
#include "mammo/image/write_png.hpp"
#include "tests/app/films.hpp"
#include "tests/app/run_program.hpp"
#include "tests/support/files.hpp"

#include <cmath>
#include <filesystem>
#include <map>
#include <set>
#include <string>
#include <vector>

#include <catch2/catch.hpp>
#include <nlohmann/json.hpp>

namespace fs = std::filesystem;
using namespace mammo::test;
using Json = nlohmann::json;

namespace {

Json read_json(const fs::path& path) {
  return Json::parse(mammo::read_text(path));
}

std::vector<std::string> example_names() {
  const Json boxes = read_json(source_dir() / "examples/data/boxes.json");
  std::vector<std::string> names;
  for (const auto& [name, list] : boxes.items()) names.push_back(name);
  return names;
}

// COCO annotations of the example films, with boxes and pixels scaled as told; ids from 0, in no order.
Json example_annotations(double x = 1, double y = 1) {
  const Json boxes = read_json(source_dir() / "examples/data/boxes.json");
  Json coco = {{"categories", {{{"id", 0}, {"name", "Mass"}}}},
               {"images", Json::array()},
               {"annotations", Json::array()}};
  int id = static_cast<int>(boxes.size());
  for (const auto& [name, list] : boxes.items()) {
    coco["images"].push_back({{"id", --id}, {"file_name", name}, {"width", 800 * x}, {"height", 1333 * y}});
    for (const char* side : {"width", "height"})
      coco["images"].back()[side] = std::lround(coco["images"].back()[side].get<double>());
    for (const Json& box : list) {
      coco["annotations"].push_back({{"id", coco["annotations"].size()},
                                     {"image_id", id},
                                     {"category_id", 0},
                                     {"bbox",
                                      {box[0].get<double>() * x, box[1].get<double>() * y,
                                       box[2].get<double>() * x, box[3].get<double>() * y}}});
    }
  }
  return coco;
}

// The example films in a folder with annotations of their own size.
void put_examples(const fs::path& folder) {
  put_text(folder / "_annotations.coco.json", example_annotations().dump());
  for (const std::string& name : example_names())
    fs::copy_file(source_dir() / "examples/data" / name, folder / name);
}

Ended evaluate(const fs::path& data, const fs::path& out, std::vector<std::string> more = {}) {
  std::vector<std::string> arguments = {"evaluate", "detector",   "--data",      data.string(),
                                        "--out",    out.string(), "--resamples", "50"};
  arguments.insert(arguments.end(), more.begin(), more.end());
  return mammo_program(arguments);
}

// How many objects anywhere in a file have this key.
std::size_t objects_with(const Json& json, const std::string& key) {
  std::size_t count = json.is_object() && json.contains(key) ? 1 : 0;
  if (json.is_structured()) {
    for (const Json& inner : json) count += objects_with(inner, key);
  }
  return count;
}

} // namespace

TEST_CASE("A detector's evaluation writes figures, results and plots") {
  const TemporaryFolder folder;
  put_examples(folder / "films");
  const Ended ended = evaluate(folder / "films", folder / "out");
  INFO(ended.err);
  REQUIRE(ended.status == 0);
  CHECK(ended.err.empty());
  CHECK(lines(ended.out)[0].starts_with("4 films, 4 lesions, 3 patients"));
  CHECK(below(folder / "out") == std::set<std::string>{"metrics.json", "predictions.json", "froc.png",
                                                       "froc.svg", "precision_recall.png",
                                                       "precision_recall.svg"});

  const Json metrics = read_json(folder / "out/metrics.json");
  for (const char* name :
       {"ap", "ap50", "ap75", "ar", "sensitivity_iou50_at_1", "sensitivity_centre_at_0.25"}) {
    INFO(name);
    REQUIRE(metrics[name].is_number());
    const Json& interval = metrics[std::string(name) + "_ci95"];
    REQUIRE(interval.size() == 2);
    CHECK(interval[0] <= metrics[name]);
    CHECK(metrics[name] <= interval[1]);
    CHECK(objects_with(metrics, name) == 1);
    CHECK(objects_with(read_json(folder / "out/predictions.json"), name) == 0);
  }
  CHECK(metrics["ap50"] > 0.5); // films on which the detector finds most
  CHECK(metrics["data"]["film_aspect"] == "of the picture");
  CHECK(metrics["models"][0]["weights_sha256"].get<std::string>().size() == 64);

  // Another's count of the same results gives the same figures.
  const Ended counted = mammo_program({"metrics", "coco", (folder / "films/_annotations.coco.json").string(),
                                       (folder / "out/predictions.json").string(), "--resamples", "50"});
  REQUIRE(counted.status == 0);
  const Json again = Json::parse(counted.out);
  for (const char* name : {"ap", "ap50", "ap75", "ar"}) CHECK(again[name] == metrics[name]);
  CHECK(again["ap50_ci95"] == metrics["ap50_ci95"]);
  CHECK_FALSE(again.contains("sensitivity_iou50_at_1"));
  const Ended froc =
      mammo_program({"metrics", "froc", (folder / "films/_annotations.coco.json").string(),
                     (folder / "out/predictions.json").string(), "--out", (folder / "froc").string()});
  REQUIRE(froc.status == 0);
  CHECK(Json::parse(froc.out)["sensitivity_iou50_at_1"] == metrics["sensitivity_iou50_at_1"]);
  CHECK_FALSE(Json::parse(froc.out).contains("ap"));
  CHECK(fs::exists(folder / "froc/froc.svg"));

  // What it is above itself is nothing, in every draw; what it is above one that finds nothing is all it has.
  const auto above = [&](const fs::path& other) {
    const Ended gains = mammo_program({"metrics", "coco", (folder / "films/_annotations.coco.json").string(),
                                       (folder / "out/predictions.json").string(), "--against",
                                       other.string(), "--resamples", "50"});
    INFO(gains.err);
    REQUIRE(gains.status == 0);
    return Json::parse(gains.out);
  };
  const Json itself = above(folder / "out/predictions.json");
  CHECK(itself["ap50"] == metrics["ap50"]);
  CHECK(itself["ap50_gain"] == 0);
  CHECK(itself["ap50_gain_ci95"] == Json{0.0, 0.0});
  put_text(folder / "nothing.json", "[]");
  CHECK(above(folder / "nothing.json")["ap_gain"] == metrics["ap"]);
}

TEST_CASE("Stretched films are stretched back, and marks are in the annotations' pixels") {
  const TemporaryFolder folder;
  put_examples(folder / "films");
  REQUIRE(evaluate(folder / "films", folder / "plain").status == 0);

  // Squares of 800 x 800, annotated in pixels of 400 x 400.
  for (const std::string& name : example_names()) {
    const mammo::Tensor grey =
        mammo::image::render_grey8(mammo::image::read_film(folder / "films" / name)).pixels;
    const std::vector<std::byte> png = mammo::image::encode_png(mammo::image::resize_area(grey, 800, 800));
    put_text(folder / "square" / name, {reinterpret_cast<const char*>(png.data()), png.size()});
  }
  put_text(folder / "square/_annotations.coco.json", example_annotations(0.5, 400.0 / 1333).dump());
  const Ended ended = evaluate(folder / "square", folder / "stretched", {"--native-aspect", "0.6001"});
  INFO(ended.err);
  REQUIRE(ended.status == 0);
  CHECK(ended.err.empty());

  std::map<std::int64_t, mammo::data::CocoResult> best; // of each film as it is, where anything is marked
  for (const auto& result : mammo::data::read_coco_results(folder / "plain/predictions.json")) {
    if (result.score >= mammo::app::default_threshold) best.emplace(result.image_id, result);
  }
  REQUIRE(best.size() == 3);
  for (const auto& result : mammo::data::read_coco_results(folder / "stretched/predictions.json")) {
    const auto found = best.find(result.image_id);
    if (found == best.end()) continue;
    const mammo::Box& box = found->second.box;
    const mammo::Box expected{box.x * 0.5, box.y * 400 / 1333, box.width * 0.5, box.height * 400 / 1333};
    INFO(result.image_id);
    CHECK(mammo::iou(result.box, expected) > 0.8);
    CHECK(result.score == Approx(found->second.score).margin(0.1));
    best.erase(found); // later ones are not the film's best
  }
  CHECK(best.empty());

  const Ended assumed = evaluate(folder / "square", folder / "assumed");
  CHECK(assumed.status == 0);
  CHECK(assumed.err.find("0.6 wide to 1 high is assumed") != std::string::npos);
}

TEST_CASE("Folds choose films, and an evaluation of nothing is refused") {
  const TemporaryFolder folder;
  put_examples(folder / "films");
  put_text(folder / "split.csv", "patient_id,fold\nP_00421,0\nP_00999,1\nP_01442,2\n");
  const std::string split = (folder / "split.csv").string();
  const Ended ended = evaluate(folder / "films", folder / "out", {"--split", split, "--fold", "0,2"});
  INFO(ended.err);
  REQUIRE(ended.status == 0);
  const Json metrics = read_json(folder / "out/metrics.json");
  CHECK(metrics["films"] == 3);
  CHECK(metrics["patients"] == 2);
  CHECK(metrics["data"]["folds"] == Json({0, 2}));
  CHECK(metrics["data"]["split"]["sha256"].get<std::string>().size() == 64);

  const auto refused = [&](const std::vector<std::string>& more, const std::string& message) {
    const Ended end = evaluate(folder / "films", folder / "none", more);
    CHECK(end.status == 2);
    CHECK(end.err.find(message) != std::string::npos);
    CHECK(lines(end.err).size() == 1);
    CHECK_FALSE(fs::exists(folder / "none"));
  };
  refused({"--split", split, "--fold", "4"}, "no film is left");
  refused({"--fold", "0"}, "folds were asked for without a split file");
  refused({"--annotations", split}, "split.csv: is not JSON");
  fs::remove(folder / "films/00421_LEFT_CC.jpg");
  refused({}, "00421_LEFT_CC.jpg: no such picture");
  check_bad_usage({{"evaluate"}, {"evaluate", "detector"}, {"evaluate", "detector", "--data", "x"}});
}

TEST_CASE("Scores of readers are measured and compared") {
  const TemporaryFolder folder;
  put_text(folder / "a.csv", "case,score,other,truth,patient\n1,0.9,0.5,malignant,p\n2,0.2,0.6,BENIGN,p\n"
                             "3,0.6,0.4,1,q\n4,0.7,0.2,0,r\n5,0.1,0.3,0,s\n");
  put_text(folder / "b.csv", "case,score,truth\n5,0.3,0\n4,0.2,0\n3,0.4,1\n2,0.6,0\n1,0.5,1\n");
  const std::string a = (folder / "a.csv").string();
  const std::string b = (folder / "b.csv").string();

  // Of 2 x 3 pairs the first reader wins 5 (0.6 < 0.7), the second 4 (0.5 and 0.4 < 0.6).
  const Ended roc = mammo_program({"metrics", "roc", a, "--cluster", "patient", "--threshold", "0.65",
                                   "--out", (folder / "roc").string()});
  INFO(roc.err);
  REQUIRE(roc.status == 0);
  const Json figures = Json::parse(roc.out);
  CHECK(figures["auc"] == Approx(5.0 / 6));
  CHECK(figures["clusters"] == 4);
  CHECK(figures["auc_ci95"].size() == 2);
  CHECK(figures["auc_obuchowski_ci95"].size() == 2);
  CHECK(figures["sensitivity_at_0.65"] == 0.5);
  CHECK(figures["specificity_at_0.65"] == Approx(2.0 / 3));
  CHECK(figures["sensitivity_at_specificity_0.9"] == 0.5);
  CHECK(figures["brier"] == Approx((0.01 + 0.04 + 0.16 + 0.49 + 0.01) / 5));
  CHECK(below(folder / "roc") == std::set<std::string>{"metrics.json", "roc.png", "roc.svg"});
  CHECK(read_json(folder / "roc/metrics.json") == figures);

  const Ended columns = mammo_program({"metrics", "delong", a, "--score", "score", "--score", "other"});
  const Ended files = mammo_program({"metrics", "delong", a, b, "--case", "case"});
  INFO(files.err);
  REQUIRE(columns.status == 0);
  REQUIRE(files.status == 0);
  const Json compared = Json::parse(columns.out);
  CHECK(compared["auc_1"] == Approx(5.0 / 6));
  CHECK(compared["auc_2"] == Approx(4.0 / 6));
  for (const char* name : {"auc_1", "auc_2", "auc_difference", "auc_difference_ci95", "z", "p"})
    CHECK(Json::parse(files.out)[name] == compared[name]);
}

TEST_CASE("Malformed scores are refused with file and line") {
  const TemporaryFolder folder;
  const std::string file = (folder / "s.csv").string();
  const auto refused = [&](const std::string& text, const std::string& message) {
    put_text(file, text);
    const Ended end = mammo_program({"metrics", "roc", file});
    CHECK(end.status == 2);
    CHECK(end.err == "mammo: " + message + "\n");
  };
  refused("score,truth\n0.5,1\nx,0\n", file + ": line 3: score is \"x\", expected a number");
  refused("score,truth\n0.5,1\n0.4,perhaps\n",
          file + ": line 3: truth is \"perhaps\", expected 1 or 0, malignant or benign, or the like "
                 "(--positive names another)");
  refused("score\n0.5\n", file + ": has no column \"truth\" but score");
  refused("score,truth\n0.5,1\n", "ROC of 1 positive and 0 negative cases, expected some of both");
  put_text(file, "score,truth\n0.5,1\n0.4,0\n");
  check_bad_usage({{"metrics"},
                   {"metrics", "delong", file},
                   {"metrics", "roc", file, file},
                   {"metrics", "roc", file, "--specificity", "2"}});
}

TEST_CASE("A check of data finds what is wrong with them, and counts the rest") {
  const TemporaryFolder folder;
  put_examples(folder / "good");
  const Ended good = mammo_program({"data", "check", (folder / "good").string()});
  CHECK(good.status == 0);
  CHECK(lines(good.out)[0] ==
        "4 films of 3 patients, 4 lesion boxes (4 of unknown pathology), 0 crowd boxes, 0 films without any");
  CHECK(lines(good.out).back() == "0 problems");

  // Two parts that share a patient; the second has a scaled copy, a box outside, and no picture for a film.
  put_examples(folder / "bad/train");
  const mammo::Tensor grey =
      mammo::image::render_grey8(mammo::image::read_film(folder / "good/00421_LEFT_CC.jpg")).pixels;
  const std::vector<std::byte> copy = mammo::image::encode_png(mammo::image::resize_area(grey, 500, 300));
  put_text(folder / "bad/valid/00005_LEFT_CC.png", {reinterpret_cast<const char*>(copy.data()), copy.size()});
  put_text(folder / "bad/valid/_annotations.coco.json",
           R"({"categories": [{"id": 0, "name": "Mass"}], "images": [
    {"id": 0, "file_name": "00005_LEFT_CC.png", "height": 500, "width": 300},
    {"id": 1, "file_name": "00999_LEFT_CC.png", "height": 500, "width": 300}],
    "annotations": [{"id": 7, "image_id": 0, "category_id": 0, "bbox": [280, 10, 40, 20]},
                    {"id": 8, "image_id": 0, "category_id": 0, "bbox": [28, 10, 0, 20]}]})");
  const Ended bad = mammo_program({"data", "check", (folder / "bad").string()});
  CHECK(bad.status == 1);
  std::set<std::string> problems;
  for (const std::string& line : lines(bad.out)) {
    if (line.starts_with("problem: ")) problems.insert(line.substr(9));
  }
  CHECK(problems ==
        std::set<std::string>{
            "valid/00005_LEFT_CC.png: box 7 (280, 10, 40, 20) reaches out of the film, 300 wide and 500 high",
            "valid/00005_LEFT_CC.png: box 8 (28, 10, 0, 20) is empty",
            "valid/00999_LEFT_CC.png: the picture is missing",
            "train/00421_LEFT_CC.jpg and valid/00005_LEFT_CC.png show the same picture, of two patients",
            "patient P_00999 is in train and valid"});
  CHECK(lines(bad.out).back() == "5 problems");
  put_text(folder / "other/notes.txt", "no films");
  const Ended none = mammo_program({"data", "check", (folder / "other").string()});
  CHECK(none.status == 2);
  CHECK(none.err.find("neither it nor a folder in it has _annotations.coco.json") != std::string::npos);
}
