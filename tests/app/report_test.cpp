#include "mammo/app/report.hpp"
#include "mammo/app/sha256.hpp"
#include "tests/app/report_schema.hpp"

#include <functional>

#include <catch2/catch.hpp>
#include <nlohmann/json.hpp>

using namespace mammo::app;
using mammo::test::no_errors;
using mammo::test::schema_errors;
using Json = nlohmann::json;

namespace {

Analysis made_up() {
  Analysis analysis;
  analysis.image = {.path = "exam/R \"MLO\"\n.dcm",
                    .sha256 = sha256(std::string_view("image")),
                    .format = "DICOM JPEG Lossless",
                    .height = 3062,
                    .width = 2394,
                    .bits = 12,
                    .laterality = "R",
                    .view = "MLO",
                    .modality = "MG",
                    .sop_instance_uid = "1.2.3"};
  analysis.preprocessing.voi = "lut 1 (NORMAL)";
  analysis.preprocessing.aspect = 0.78;
  analysis.preprocessing.breast_found = true;
  analysis.preprocessing.breast = {10, 20, 300, 400};
  analysis.preprocessing.image_to_input = mammo::AffineTransform(0.25, 0, 3, 0, 0.25, 4);
  analysis.models = {
      {"mass detection", "detector", "1.0", sha256(std::string_view("w")), sha256(std::string_view("c"))}};
  analysis.execution = {.backend = "auto", .strict = false, .isa = "avx2", .threads = 2};
  analysis.threshold = 0.3;
  analysis.detections = {{"mass", 0.91234567, {100.126, 200, 50.5, 60.25}}, {"mass", 0.4, {0, 0, 10, 10}}};
  analysis.detections[0].malignancy = 0.7654321;
  analysis.detections[0].outline = {{101, 201.256}, {140, 210}, {120, 250}};
  analysis.outlined = true;
  BreastDensity& density = analysis.density.emplace();
  density.percent = 0.34567;
  density.category = 'b';
  density.cut_points = {0.25, 0.5, 0.75};
  analysis.malignancy_reference = {.population = "masses of a data set", .prevalence = 0.48};
  for (const char* stage : {"read", "voi", "preprocessing", "detector", "overlay", "write_pictures"}) {
    analysis.times.push_back({stage, 1.5});
  }
  analysis.warnings = {"colour became grey"};
  return analysis;
}

Json parsed(const Analysis& analysis) {
  return Json::parse(report_json(analysis));
}

} // namespace

TEST_CASE("A report keeps to its schema and says what is known") {
  const Json report = parsed(made_up());
  CHECK(schema_errors(report) == no_errors);
  CHECK(report["image"]["path"] == "exam/R \"MLO\"\n.dcm");
  CHECK(report["image"]["laterality"] == "R");
  CHECK(report["detections"][0]["box"] == Json{100.13, 200, 50.5, 60.25});
  CHECK(report["detections"][0]["score"] == 0.912346);
  CHECK(report["detections"][0]["malignancy"] == 0.765432);
  CHECK(report["detections"][1]["malignancy"].is_null());
  CHECK(report["malignancy_reference"]["prevalence"] == 0.48);
  CHECK(report["malignancy_reference"]["adjusted_prevalence"].is_null());
  CHECK(report["detections"][0]["outline"] == Json{{101, 201.26}, {140, 210}, {120, 250}});
  CHECK(report["detections"][1]["outline"].is_null());
  CHECK(report["density"]["percent"] == 34.57);
  CHECK(report["density"]["category"] == "b");
  CHECK(report["absent_stages"] == Json::array());
  CHECK(report["not_assessed"] ==
        "masses only; calcifications, asymmetries and distortions are not assessed");
  CHECK(report["milliseconds"]["total"] == 9);
  CHECK(report["memory"]["peak_process_bytes"] > 1'000'000);
}

TEST_CASE("A report of an image that says nothing of itself has nulls, and no detections are an empty list") {
  Analysis analysis = made_up();
  analysis.image.laterality = analysis.image.view = analysis.image.modality = "";
  analysis.image.sop_instance_uid = "";
  analysis.detections.clear();
  analysis.malignancy_reference.reset();
  analysis.outlined = false;
  analysis.density.reset();
  const Json report = parsed(analysis);
  CHECK(schema_errors(report) == no_errors);
  CHECK(report["image"]["laterality"].is_null());
  CHECK(report["image"]["view"].is_null());
  CHECK(report["detections"] == Json::array());
  CHECK(report["malignancy_reference"].is_null());
  CHECK(report["density"].is_null());
  CHECK(report["absent_stages"] == Json{"outline", "pathology", "density"});
  const std::string text = report.dump();
  CHECK(text.find("normal") == std::string::npos);
  CHECK(text.find("no findings") == std::string::npos);
}

TEST_CASE("A name that is no UTF-8 still gives a JSON document") {
  Analysis analysis = made_up();
  analysis.image.path = "film\xFF.png";
  CHECK(parsed(analysis)["image"]["path"] == "film\xEF\xBF\xBD.png");
}

TEST_CASE("The hash of the parameters can be made again from the report and changes with any of them") {
  Analysis analysis = made_up();
  const Json preprocessing = parsed(analysis)["preprocessing"];
  const Json hashed{{"steps", preprocessing["steps"]}, {"parameters", preprocessing["parameters"]}};
  CHECK(preprocessing["parameters_sha256"] == sha256(hashed.dump()));

  const std::string before = parameters_sha256(analysis.preprocessing);
  analysis.preprocessing.options.breast.opening = 11;
  CHECK(parameters_sha256(analysis.preprocessing) != before);
}

TEST_CASE("The schema refuses reports that lack or add anything") {
  const Json good = parsed(made_up());
  REQUIRE(schema_errors(good).empty());

  // Every key of every object, taken away and added to.
  std::size_t objects = 0;
  const std::function<void(const Json::json_pointer&)> visit = [&](const Json::json_pointer& at) {
    const Json& here = good.at(at);
    if (here.is_array()) {
      for (std::size_t i = 0; i < here.size(); ++i) visit(at / i);
    }
    if (!here.is_object()) return;
    ++objects;
    const bool open = at.to_string().starts_with("/preprocessing/parameters/");
    for (const auto& [key, value] : here.items()) {
      Json lacking = good;
      lacking.at(at).erase(key);
      INFO("without " << at.to_string() << '/' << key);
      if (!open) CHECK_FALSE(schema_errors(lacking).empty());
      visit(at / key);
    }
    Json added = good;
    added.at(at)["unexpected"] = "x";
    INFO("more in " << at.to_string());
    CHECK_FALSE(schema_errors(added).empty());
  };
  visit(Json::json_pointer());
  CHECK(objects == 15);
}

TEST_CASE("The schema refuses values that cannot be") {
  const auto refused = [](const char* pointer, const Json& value) {
    Json report = parsed(made_up());
    report.at(Json::json_pointer(pointer)) = value;
    return !schema_errors(report).empty();
  };
  CHECK(refused("/detections/0/score", 1.5));
  CHECK(refused("/detections/0/score", "high"));
  CHECK(refused("/detections/0/box", {1, 2, 3}));
  CHECK(refused("/detections/0/box/0", -1));
  CHECK(refused("/detections/0/label", "normal"));
  CHECK(refused("/image/sha256", "ABC"));
  CHECK(refused("/image/laterality", "left"));
  CHECK(refused("/image/height", 0));
  CHECK(refused("/not_assessed", ""));
  CHECK(refused("/models", Json::array()));
  CHECK(refused("/schema", "mammo-report-0"));
}
