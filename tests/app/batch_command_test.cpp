// mammo batch: one report and one row a film, however often and whenever the run is ended.
#include "mammo/core/file.hpp"
#include "mammo/nn/safetensors.hpp"
#include "mammo/pipeline/csv.hpp"
#include "mammo/pipeline/into.hpp"
#include "mammo/pipeline/json_lines.hpp"
#include "mammo/pipeline/stream.hpp"
#include "tests/app/films.hpp"
#include "tests/app/run_program.hpp"
#include "tests/app/small_detector.hpp"
#include "tests/support/files.hpp"

#include <chrono>
#include <csignal>
#include <filesystem>
#include <map>
#include <random>
#include <string>
#include <thread>
#include <vector>

#include <catch2/catch.hpp>
#include <nlohmann/json.hpp>

namespace fs = std::filesystem;
using namespace mammo;
using namespace mammo::test;
using pipeline::Record;

namespace {

class Batch {
 public:
  explicit Batch(int films) {
    put_small_detector(folder / "models");
    for (int i = 0; i < films; ++i) put_film(film(i));
  }

  fs::path film(int i) const {
    return folder / "in" / ("exam" + std::to_string(i % 3)) / ("film" + std::to_string(i) + ".png");
  }
  std::vector<std::string> arguments(std::vector<std::string> more = {}) const {
    std::vector<std::string> all{"batch",    (folder / "in").string(),    "--out", out().string(),
                                 "--models", (folder / "models").string()};
    all.insert(all.end(), more.begin(), more.end());
    return all;
  }
  Ended run(std::vector<std::string> more = {}) const { return mammo_program(arguments(std::move(more))); }
  fs::path out() const { return folder / "out"; }
  std::vector<Record> rows() const {
    std::vector<Record> all;
    pipeline::stream(pipeline::csv_rows(out() / "summary.csv"), pipeline::into(all));
    return all;
  }

  TemporaryFolder folder;
};

} // namespace

TEST_CASE("A batch writes a report and a row for each film, and says what failed") {
  const Batch batch(4);
  put_text(batch.folder / "in/exam0/bad.png", "\x89PNG\r\n\x1a\nnot really");
  const Ended ended = batch.run({"--jobs", "2"});
  INFO(ended.err);
  CHECK(ended.status == 1);
  CHECK_THAT(ended.err, Catch::Contains("exam0/bad.png: "));
  CHECK_THAT(ended.out, Catch::Contains("4 analysed, 1 failed; the table is"));
  std::map<std::string, Record> rows;
  for (const Record& row : batch.rows()) rows[fs::path(row.text("film")).filename().string()] = row;
  REQUIRE(rows.size() == 5);
  CHECK(rows["bad.png"].text("status") == "failed");
  CHECK(!rows["bad.png"].text("reason").empty());
  for (int i = 0; i < 4; ++i) {
    const Record& row = rows["film" + std::to_string(i) + ".png"];
    CHECK(row.text("status") == "done");
    CHECK(fs::exists(batch.out() / row.text("report")));
  }
  const std::set<std::string> files = below(batch.out());
  CHECK(files.size() == 4 * 3 + 2);
  CHECK(files.contains("manifest.jsonl"));
}

TEST_CASE("The table of a batch has rows by exam and by suspicion on request") {
  const Batch batch(5);
  CHECK(batch.run({"--rows", "exam", "--by-suspicion", "--threshold", "0"}).status == 0);
  const std::vector<Record> rows = batch.rows();
  REQUIRE(rows.size() == 3);
  double before = 2;
  double films = 0;
  for (const Record& row : rows) {
    CHECK(row.number("best_score") <= before);
    before = row.number("best_score");
    films += row.number("films");
    CHECK_THAT(row.text("most_suspicious"), Catch::StartsWith(row.text("exam")));
  }
  CHECK(films == 5);
}

TEST_CASE("A batch that is resumed does only what has no report") {
  const Batch batch(3);
  CHECK(batch.run({"--resume"}).status == 0); // without a manifest: afresh
  const fs::path kept = batch.out() / "exam0/film0.json";
  const fs::path lost = batch.out() / "exam1/film1.json";
  const auto written = fs::last_write_time(kept);
  fs::remove(lost);
  put_text(batch.out() / "exam2/.film2.json.tmp-4711", "half");
  const Ended again = batch.run({"--resume"});
  CHECK_THAT(again.out,
             Catch::Contains("2 of 3 films were finished before") && Catch::Contains("3 analysed, 0 failed"));
  CHECK(fs::last_write_time(kept) == written);
  CHECK(fs::exists(lost));
  CHECK(!fs::exists(batch.out() / "exam2/.film2.json.tmp-4711"));
  CHECK(batch.rows().size() == 3);

  CHECK_THAT(batch.run({"--resume", "--threshold", "0.5"}).err,
             Catch::Contains("threshold 0.3") && Catch::Contains("threshold 0.5"));
  CHECK(batch.run({"--threshold", "0.5"}).status == 0);
  CHECK(fs::last_write_time(kept) != written);
  put_text(batch.out() / "manifest.jsonl", "{\"schema\": 1}\n");
  CHECK(batch.run({"--resume"}).status == 2);
}

TEST_CASE("A batch is not resumed with other weights or another prevalence") {
  const Batch batch(1);
  CHECK(batch.run({"--prevalence", "0.1"}).status == 0);
  CHECK_THAT(batch.run({"--resume"}).err, Catch::Contains("prevalence 0.1"));
  CHECK(batch.run({"--prevalence", "0.1", "--resume"}).status == 0);

  const fs::path weights = batch.folder / "models/detector/weights.safetensors";
  nn::StateDict other = nn::SafeTensors(weights).tensors();
  for (auto& [name, tensor] : other) tensor = tensor.clone();
  Tensor& bias = other.at("head.classification_head.cls_logits.bias");
  bias.mutable_data<float>()[0] += 1;
  nn::write_safetensors(weights, other);
  CHECK_THAT(batch.run({"--prevalence", "0.1", "--resume"}).err, Catch::Contains("mass detection by"));
}

TEST_CASE("A batch refuses a film whose path is not UTF-8 and does the others") {
  const Batch batch(1);
  put_film(batch.folder / "in/exam0/caf\xE9.png");
  const Ended ended = batch.run();
  CHECK(ended.status == 1);
  CHECK_THAT(ended.err, Catch::Contains("exam0/caf\\xe9.png: its path is not UTF-8"));
  CHECK_THAT(ended.out, Catch::Contains("1 analysed, 1 failed"));
  CHECK(batch.rows().size() == 1);
}

TEST_CASE("A batch refuses what it cannot do in one line") {
  const TemporaryFolder folder;
  fs::create_directories(folder / "empty");
  put_film(folder / "film.png");
  const std::string out = (folder / "out").string();
  check_bad_usage({{"batch", (folder / "gone").string(), "--out", out},
                   {"batch", (folder / "film.png").string(), "--out", out},
                   {"batch", (folder / "empty").string(), "--out", out},
                   {"batch", folder.path().string(), "--out", out, "--jobs", "0"},
                   {"batch", folder.path().string(), "--out", out, "--rows", "breast"},
                   {"pipelines"},
                   {"pipelines", "show", "nothing"}});
}

TEST_CASE("mammo pipelines lists and shows what analyze is made of") {
  CHECK_THAT(mammo_program({"pipelines", "list"}).out,
             Catch::Contains("analyze ") && Catch::Contains("saliency "));
  const std::string text = mammo_program({"pipelines", "show", "analyze"}).out;
  CHECK_THAT(text, Catch::Contains("read: mammo::app::FilmTask -> mammo::app::OpenedFilm"));
  CHECK_THAT(mammo_program({"pipelines", "show", "analyze", "--graphviz"}).out,
             Catch::StartsWith("digraph") && Catch::Contains("[label=\"mammo::app::OpenedFilm\"]"));
}

TEST_CASE("Fifty batches killed at random moments end with every film exactly once", "[slow][serial]") {
  constexpr int films = 12;
  const Batch batch(films);
  std::mt19937 random(7); // NOLINT: the moments shall be the same in every run, as far as they can
  const std::vector<std::string> command = mammo_command(batch.arguments({"--resume", "--jobs", "2"}));
  const auto start = std::chrono::steady_clock::now();
  Program(command).wait();
  const double whole = std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
  fs::remove_all(batch.out());
  int finished = 0;
  for (int round = 0; round < 50; ++round) {
    Program run(command);
    // Up to the length of a whole run, but mostly shorter, so that a run takes several rounds.
    const double part = std::uniform_real_distribution<>(0, 1)(random);
    std::this_thread::sleep_for(std::chrono::duration<double>(whole * part * part));
    run.signal(SIGKILL);
    const bool was_killed = run.wait().status == 128 + SIGKILL;
    if (was_killed && round + 1 < 50) continue;

    // A run that came to its end, or the last one: it has to be complete.
    const Ended ended = Program(command).wait();
    INFO("round " << round << ' ' << ended.err);
    REQUIRE(ended.status == 0);
    std::map<std::string, int> rows;
    for (const Record& row : batch.rows()) ++rows[row.text("film")];
    CHECK(rows.size() == films);
    for (int i = 0; i < films; ++i) CHECK(rows[batch.film(i).string()] == 1);
    std::vector<Record> manifest;
    pipeline::stream(pipeline::json_lines(batch.out() / "manifest.jsonl"), pipeline::into(manifest));
    CHECK(manifest.size() == films + 1);
    const std::set<std::string> files = below(batch.out());
    CHECK(files.size() == 3 * films + 2);
    for (const std::string& file : files) {
      CHECK(!fs::path(file).filename().string().starts_with("."));
      if (!file.ends_with(".json")) continue;
      CHECK(nlohmann::json::parse(read_text(batch.out() / file))["schema"] == "mammo-report-1");
    }
    ++finished;
    fs::remove_all(batch.out());
  }
  CHECK(finished >= 1);
}
