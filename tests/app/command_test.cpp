#include "mammo/app/sha256.hpp"
#include "mammo/core/file.hpp"
#include "tests/app/films.hpp"
#include "tests/app/report_schema.hpp"
#include "tests/app/run_program.hpp"
#include "tests/app/small_detector.hpp"
#include "tests/support/files.hpp"

#include <algorithm>
#include <cstdlib>
#include <filesystem>
#include <iterator>
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

Names results_of(std::initializer_list<std::string> stems) {
  Names names;
  for (const std::string& stem : stems) {
    for (const char* ending : {".json", "_overlay.png", "_preprocessed.png"}) names.insert(stem + ending);
  }
  return names;
}

Json report(const fs::path& path) {
  Json json = Json::parse(mammo::read_text(path));
  CHECK(schema_errors(json) == no_errors);
  return json;
}

std::string hash8(const fs::path& path) {
  return mammo::app::sha256(path.native()).substr(0, 8);
}

Ended analyze(std::vector<std::string> inputs, const fs::path& out) {
  inputs.insert(inputs.begin(), "analyze");
  inputs.insert(inputs.end(), {"--out", out.string(), "--models", small_models()});
  return mammo_program(inputs);
}

} // namespace

TEST_CASE("The command says what it is") {
  const Ended version = mammo_program({"--version"});
  CHECK(version.status == 0);
  CHECK(version.out == "mammo " MAMMO_VERSION "\n");
  for (const auto& arguments : {std::vector<std::string>{"--help"}, {"analyze", "--help"}}) {
    const Ended help = mammo_program(arguments);
    CHECK(help.status == 0);
    CHECK(help.out.find("analyze") != std::string::npos);
  }
}

TEST_CASE("Bad usage is one line and exit code 2, before any work") {
  const TemporaryFolder folder;
  put_film(folder / "a.png");
  const std::string film = (folder / "a.png").string();
  const std::string out = (folder / "out").string();
  check_bad_usage({
      {},
      {"analyse", film, "--out", out},
      {"analyze", "--out", out},
      {"analyze", film},
      {"analyze", film, "--out", out, "--treshold", "0.5"},
      {"analyze", film, "--out", out, "--threshold", "1.5"},
      {"analyze", film, "--out", out, "--threshold", "nan"},
      {"analyze", film, "--out", out, "--threshold", "high"},
      {"analyze", film, "--out", out, "--threads", "0"},
      {"analyze", film, "--out", out, "--voi", "lut:0"},
      {"analyze", film, "--out", out, "--voi", "bright"},
      {"analyze", film, "--out", out, "--backend", "abacus"},
      {"analyze", film, "--out", out, "--models", (folder / "none").string()},
  });
  CHECK_FALSE(fs::exists(out));
}

TEST_CASE("A film gives a report, an overlay and the model's view") {
  const TemporaryFolder folder;
  put_film(folder / "film.png");
  const Ended ended =
      mammo_program({"analyze", (folder / "film.png").string(), "--out", (folder / "out").string()});
  CHECK(ended.status == 0);
  CHECK(ended.err.empty());
  CHECK(below(folder / "out") == results_of({"film"}));

  const Json json = report(folder / "out" / "film.json");
  CHECK(json["image"]["path"] == (folder / "film.png").string());
  CHECK(json["image"]["sha256"] == mammo::app::sha256(mammo::read_text(folder / "film.png")));
  CHECK(json["image"]["height"] == 400);
  CHECK(json["image"]["width"] == 240);
  CHECK(json["image"]["laterality"].is_null());
  CHECK(json["models"][0]["name"] == "mass-detector");
  CHECK(json["threshold"] == 0.3);
  CHECK(json["mammo_version"] == MAMMO_VERSION);
  CHECK(json["milliseconds"]["detector"] > 0);
  CHECK(json["memory"]["peak_tensor_bytes"] > 1'000'000);
}

TEST_CASE("Weights are named by their hash") {
  const TemporaryFolder folder;
  put_film(folder / "film.png");
  REQUIRE(analyze({(folder / "film.png").string()}, folder / "out").status == 0);
  const Json model = report(folder / "out" / "film.json")["models"][0];
  const fs::path detector = fs::path(small_models()) / "detector";
  CHECK(model["weights_sha256"] == mammo::app::sha256(mammo::read_text(detector / "weights.safetensors")));
  CHECK(model["config_sha256"] == mammo::app::sha256(mammo::read_text(detector / "config.json")));
}

TEST_CASE("Idle threads spin shortly, unless the user says how long") {
  const auto openmp_says = [](std::vector<std::string> setting) {
    std::vector<std::string> command = {
        "/usr/bin/env", "-u", "OMP_WAIT_POLICY", "-u", "GOMP_SPINCOUNT", "OMP_DISPLAY_ENV=verbose"};
    std::ranges::move(setting, std::back_inserter(command));
    std::ranges::copy(mammo_command({"--version"}), std::back_inserter(command));
    return run_program(command).err;
  };
  CHECK_THAT(openmp_says({}), Catch::Contains("GOMP_SPINCOUNT = '1000'"));
  CHECK_THAT(openmp_says({"GOMP_SPINCOUNT=77"}),
             Catch::Contains("GOMP_SPINCOUNT = '77'") && !Catch::Contains("= '1000'"));
  CHECK_THAT(openmp_says({"OMP_WAIT_POLICY=active"}), !Catch::Contains("GOMP_SPINCOUNT = '1000'"));
}

TEST_CASE("The models' folder comes from the option, else from the environment") {
  const TemporaryFolder folder;
  put_film(folder / "film.png");
  const std::string film = (folder / "film.png").string();
  const std::string out = (folder / "out").string();
  REQUIRE(::setenv("MAMMO_MODELS", (folder / "none").c_str(), 1) == 0);
  const Ended without = mammo_program({"analyze", film, "--out", out});
  const Ended with =
      mammo_program({"analyze", film, "--out", out, "--models", (source_dir() / "models").string()});
  ::unsetenv("MAMMO_MODELS");
  CHECK(without.status == 2);
  CHECK(without.err.find((folder / "none").string()) != std::string::npos);
  CHECK(with.status == 0);
}

TEST_CASE("Reports hold the marks that reach the threshold") {
  const fs::path film = source_dir() / "examples" / "data" / "01442_RIGHT_MLO.jpg";
  const TemporaryFolder folder;
  fs::create_directory_symlink(source_dir() / "models" / "detector", folder / "detector"); // alone
  const auto scores = [&](const std::string& threshold) {
    const fs::path out = folder / ("out" + threshold);
    REQUIRE(mammo_program({"analyze", film.string(), "--out", out.string(), "--threshold", threshold,
                           "--models", folder.path().string()})
                .status == 0);
    const Json json = report(out / "01442_RIGHT_MLO.json");
    const double height = json["image"]["height"];
    const double width = json["image"]["width"];
    std::multiset<double> found;
    for (const Json& detection : json["detections"]) {
      found.insert(detection["score"].get<double>());
      const std::vector<double> box = detection["box"];
      CHECK(box[0] >= 0);
      CHECK(box[1] >= 0);
      CHECK(box[2] > 0);
      CHECK(box[3] > 0);
      CHECK(box[0] + box[2] <= width + 0.01);
      CHECK(box[1] + box[3] <= height + 0.01);
    }
    return found;
  };
  const auto all = scores("0");
  const auto some = scores("0.25");
  REQUIRE_FALSE(some.empty());
  CHECK(some == std::multiset<double>(all.lower_bound(0.25), all.end()));
  CHECK(all.size() > some.size());
}

TEST_CASE("One bad file never stops the others") {
  const TemporaryFolder folder;
  put_film(folder / "good.png");
  put_text(folder / "text.dcm", "no film at all");
  put_film(folder / "other.jpg"); // its bytes tell
  const Ended ended =
      analyze({(folder / "text.dcm").string(), folder.path().string(), "/no/such.png"}, folder / "out");
  CHECK(ended.status == 1);
  const auto complaints = lines(ended.err);
  REQUIRE(complaints.size() == 2);
  CHECK(complaints[0] == "/no/such.png: No such file or directory");
  CHECK(complaints[1].starts_with((folder / "text.dcm").string() + ": "));
  CHECK(below(folder / "out") == results_of({"good", "other"}));
}

TEST_CASE("Files that are no films give one line each and leave nothing") {
  const TemporaryFolder folder;
  const mammo::Tensor film = formula_film();
  const std::string dicom = dicom_bytes(film, "MG");
  put_film(folder / "whole.png");
  const std::string png = mammo::read_text(folder / "whole.png");
  std::string huge = png.substr(0, 60);
  huge.replace(16, 8, std::string("\0\0\xEA\x60\0\0\xEA\x60", 8)); // 60,000 x 60,000 in IHDR
  const std::vector<std::pair<std::string, std::string>> bad = {
      {"text.dcm", "This is a letter, not a mammogram.\n"},
      {"text.png", "This neither.\n"},
      {"truncated.dcm", dicom.substr(0, dicom.size() / 2)},
      {"header.dcm", dicom.substr(0, 200)},
      {"empty.dcm", ""},
      {"empty", ""},
      {"truncated.png", png.substr(0, png.size() / 2)},
      {"huge.png", huge},
      {"ct.dcm", dicom_bytes(film, "CT")},
      {"rubbish.tif", std::string("II*\0\xff\xff\xff\xff", 8)},
      {"rubbish.jpg", "\xff\xd8\xff\xe0 and so on"},
      {"rubbish.pgm", "P5 100000 100000 65535\n"},
      {"rubbish.bmp", "BM"},
  };
  for (const auto& [name, bytes] : bad) {
    INFO(name);
    put_text(folder / name, bytes);
    const Ended ended = analyze({(folder / name).string()}, folder / "out");
    CHECK(ended.status == 2);
    REQUIRE(lines(ended.err).size() == 1);
    CHECK(ended.err.starts_with((folder / name).string() + ": "));
    CHECK(ended.err.size() > (folder / name).string().size() + 8);
    CHECK_FALSE(fs::exists(folder / "out"));
  }
}

TEST_CASE("A DICOM object that is no mammogram needs --force") {
  const TemporaryFolder folder;
  put_text(folder / "ct.dcm", dicom_bytes(formula_film(), "CT"));
  const std::string ct = (folder / "ct.dcm").string();
  const Ended refused = analyze({ct}, folder / "out");
  CHECK(refused.status == 2);
  CHECK(refused.err.find("CT") != std::string::npos);
  CHECK(analyze({ct, "--force"}, folder / "out").status == 0);
  CHECK(report(folder / "out" / "ct.json")["image"]["modality"] == "CT");
}

TEST_CASE("What a DICOM object says of itself is in the report") {
  const TemporaryFolder folder;
  put_text(folder / "film", dicom_bytes(formula_film(), "MG", "R", "CC"));
  REQUIRE(analyze({(folder / "film").string()}, folder / "out").status == 0);
  const Json image = report(folder / "out" / "film.json")["image"];
  CHECK(image["laterality"] == "R");
  CHECK(image["view"] == "CC");
  CHECK(image["modality"] == "MG");
  CHECK(image["sop_instance_uid"] == "1.2.826.0.1.3680043.8.498.1");
}

TEST_CASE("The grey scale can be chosen, and one that the film lacks fails it") {
  const TemporaryFolder folder;
  put_film(folder / "film.png");
  const std::string film = (folder / "film.png").string();
  CHECK(analyze({film, "--voi", "full"}, folder / "out").status == 0);
  CHECK(report(folder / "out" / "film.json")["preprocessing"]["voi"] == "full range (8 bits)");
  const Ended lacking = analyze({film, "--voi", "window:2"}, folder / "out");
  CHECK(lacking.status == 2);
  CHECK(lines(lacking.err).size() == 1);
}

TEST_CASE("A folder without images is one line and exit code 2") {
  const TemporaryFolder folder;
  put_text(folder / "letters" / "a.txt", "text");
  const Ended ended = analyze({(folder / "letters").string()}, folder / "out");
  CHECK(ended.status == 2);
  CHECK(lines(ended.err) ==
        std::vector<std::string>{(folder / "letters").string() + ": no images in this folder"});
  CHECK(ended.out.find("a.txt") != std::string::npos);
  CHECK_FALSE(fs::exists(folder / "out"));
}

TEST_CASE("An output folder that cannot be written is one line and exit code 2") {
  const TemporaryFolder folder;
  put_film(folder / "a.png");
  put_text(folder / "file", "in the way");
  for (const fs::path& out :
       {folder / "file", folder / "file" / "below", fs::path("/proc"), fs::path("/proc/out")}) {
    const Ended ended = analyze({(folder / "a.png").string()}, out);
    INFO(ended.err);
    CHECK(ended.status == 2);
    REQUIRE(lines(ended.err).size() == 1);
    CHECK(ended.err.find(out.string()) != std::string::npos);
  }
}

TEST_CASE("A film whose results cannot be written fails, the next one does not") {
  const TemporaryFolder folder;
  put_film(folder / "a.png");
  put_film(folder / "b.png");
  fs::create_directories(folder / "out" / "a_overlay.png"); // a folder in the way of a file
  const Ended ended = analyze({(folder / "a.png").string(), (folder / "b.png").string()}, folder / "out");
  CHECK(ended.status == 1);
  CHECK(lines(ended.err).size() == 1);
  CHECK(below(folder / "out") == results_of({"b"}));
}

TEST_CASE("Named files write straight into the output folder, found ones mirror their folders") {
  const TemporaryFolder folder;
  put_film(folder / "exam" / "left" / "cc" / "film.png");
  put_film(folder / "exam" / "right.png");
  put_film(folder / "single" / "deep" / "one.png");
  put_text(folder / "exam" / "notes.txt", "notes");
  const Ended ended = analyze({(folder / "exam").string(), (folder / "single" / "deep" / "one.png").string()},
                              folder / "out");
  CHECK(ended.status == 0);
  CHECK(below(folder / "out") == results_of({"left/cc/film", "right", "one"}));
  CHECK(ended.out.find("skipped " + (folder / "exam" / "notes.txt").string()) != std::string::npos);
  CHECK(ended.err.empty());
}

TEST_CASE("Inputs that would write the same names are told apart by the hash of their paths") {
  const TemporaryFolder folder;
  for (const char* name : {"p/1-1.dcm", "q/1-1.dcm", "r/a.dcm", "r/a.png"}) put_film(folder / name);
  const fs::path p = folder / "p/1-1.dcm";
  const fs::path q = folder / "q/1-1.dcm";
  CHECK(analyze({p.string(), q.string()}, folder / "named").status == 0);
  CHECK(below(folder / "named") == results_of({"1-1-" + hash8(p), "1-1-" + hash8(q)}));
  CHECK(analyze({(folder / "r").string()}, folder / "found").status == 0);
  CHECK(below(folder / "found") ==
        results_of({"a-" + hash8(folder / "r" / "a.dcm"), "a-" + hash8(folder / "r" / "a.png")}));
  CHECK(analyze({p.string(), p.string()}, folder / "twice").status == 0);
  CHECK(below(folder / "twice") == results_of({"1-1"}));
}

TEST_CASE("Names with spaces, other scripts, brackets and line ends") {
  const TemporaryFolder folder;
  const std::vector<std::string> names = {"two words", "乳房", "line\nend", "[set]", "-dash"};
  for (const std::string& name : names) put_film(folder / "in" / (name + ".png"));
  const Ended ended = analyze({(folder / "in").string()}, folder / "out");
  CHECK(ended.status == 0);
  CHECK(lines(ended.out).size() == names.size() + 2);
  for (const std::string& name : names) {
    CHECK(report(folder / "out" / (name + ".json"))["image"]["path"] ==
          (folder / "in" / (name + ".png")).string());
  }
  // CLI11 would split an argument in brackets.
  fs::create_directory(folder / "[x,y]");
  put_film(folder / "[x,y]" / "film.png");
  const fs::path before = fs::current_path();
  fs::current_path(folder.path());
  const Ended bracketed = analyze({"[x,y]"}, folder / "out2");
  fs::current_path(before);
  CHECK(bracketed.status == 0);
  CHECK(below(folder / "out2") == results_of({"film"}));
}

TEST_CASE("Earlier results are replaced and are no inputs") {
  const TemporaryFolder folder;
  put_film(folder / "a.png");
  const std::string here = folder.path().string();
  REQUIRE(analyze({here}, folder.path()).status == 0);
  Names expected = results_of({"a"});
  expected.insert("a.png");
  CHECK(below(folder.path()) == expected);
  put_text(folder / "a_preprocessed.png", "spoilt");
  CHECK(analyze({here}, folder.path()).status == 0);
  CHECK(below(folder.path()) == expected);
  CHECK(mammo::read_text(folder / "a_preprocessed.png") != "spoilt");
}

TEST_CASE("A result never replaces an input") {
  const TemporaryFolder folder;
  put_film(folder / "a.png");
  put_film(folder / "a_overlay.png");
  const std::string before = mammo::read_text(folder / "a_overlay.png");
  const Ended ended =
      analyze({(folder / "a.png").string(), (folder / "a_overlay.png").string()}, folder.path());
  CHECK(ended.status == 1);
  CHECK(lines(ended.err).size() == 1);
  CHECK(mammo::read_text(folder / "a_overlay.png") == before);
  CHECK_FALSE(fs::exists(folder / "a.json"));
}

TEST_CASE("Two runs differ in times and memory alone") {
  const TemporaryFolder folder;
  put_film(folder / "a.png");
  const auto run = [&](const char* out) {
    REQUIRE(analyze({(folder / "a.png").string()}, folder / out).status == 0);
    Json json = report(folder / out / "a.json");
    json.erase("milliseconds");
    json.erase("memory");
    return json.dump() + mammo::read_text(folder / out / "a_overlay.png") +
           mammo::read_text(folder / out / "a_preprocessed.png");
  };
  CHECK(run("first") == run("second"));
}

TEST_CASE("Strict mode needs no reference backend, and threads and backend are as asked") {
  const TemporaryFolder folder;
  put_film(folder / "a.png");
  const Ended ended =
      mammo_program({"analyze", (folder / "a.png").string(), "--out", (folder / "out").string(), "--strict",
                     "--threads", "1", "--backend", "onednn"});
  CHECK(ended.status == 0);
  const Json execution = report(folder / "out" / "a.json")["execution"];
  CHECK(execution["strict"] == true);
  CHECK(execution["threads"] == 1);
  CHECK(execution["backend"] == "onednn");
}

TEST_CASE("The overlay keeps the film's width when asked") {
  const TemporaryFolder folder;
  put_film(folder / "a.png");
  REQUIRE(analyze({(folder / "a.png").string(), "--full-size"}, folder / "out").status == 0);
  const std::string png = mammo::read_text(folder / "out" / "a_overlay.png");
  CHECK(png.substr(16, 4) == std::string("\0\0\0\xF0", 4)); // IHDR: 240 pixels wide
}

TEST_CASE("Progress is shown on a terminal alone") {
  const TemporaryFolder folder;
  put_film(folder / "a.png");
  put_film(folder / "b.png");
  const std::vector<std::string> arguments = {
      "analyze",     (folder / "a.png").string(), (folder / "b.png").string(),
      "--out",       (folder / "out").string(),   "--models",
      small_models()};
  const Ended shown = mammo_on_terminal(arguments);
  CHECK(shown.status == 0);
  CHECK(shown.out.find("] 1/2 ") != std::string::npos);
  CHECK(mammo_program(arguments).err.empty());
}
