// Sources and sinks of paths and records.
#include "mammo/core/error.hpp"
#include "mammo/core/file.hpp"
#include "mammo/pipeline/csv.hpp"
#include "mammo/pipeline/folder.hpp"
#include "mammo/pipeline/group_by.hpp"
#include "mammo/pipeline/into.hpp"
#include "mammo/pipeline/json_lines.hpp"
#include "mammo/pipeline/stream.hpp"
#include "mammo/pipeline/watched_folder.hpp"
#include "tests/support/files.hpp"

#include <atomic>
#include <cstdint>
#include <filesystem>
#include <fstream>
#include <string>
#include <thread>
#include <variant>
#include <vector>

#include <catch2/catch.hpp>

using namespace mammo;
using namespace mammo::pipeline;
namespace fs = std::filesystem;

namespace {

void put(const fs::path& path, const std::string& text = "x") {
  fs::create_directories(path.parent_path());
  std::ofstream(path) << text;
}

std::vector<std::string> names_in(const fs::path& folder, FolderOptions options = {}) {
  std::vector<std::string> names;
  stream(files_in(folder, std::move(options)),
         [&](const fs::path& file) { names.push_back(file.lexically_relative(folder).string()); });
  return names;
}

} // namespace

TEST_CASE("A folder gives its files by name, to the bottom or not, and not through links to folders") {
  const test::TemporaryFolder folder;
  for (const char* name : {"b.png", "a/z.png", "a/b/c.txt", "c.txt"}) put(folder / name);
  fs::create_directory_symlink("..", folder / "a/up");
  CHECK(names_in(folder.path()) == std::vector<std::string>{"a/b/c.txt", "a/z.png", "b.png", "c.txt"});
  CHECK(names_in(folder.path(), {.recursive = false}) == std::vector<std::string>{"b.png", "c.txt"});
  CHECK(names_in(folder.path(), {.matches = [](const fs::path& p) { return p.extension() == ".png"; }}) ==
        std::vector<std::string>{"a/z.png", "b.png"});
  const auto report = stream(files_in(folder / "gone"), [](const fs::path&) {});
  REQUIRE(report.errors.size() == 1);
  CHECK(report.errors[0].stage == "source");
  CHECK_THAT(report.errors[0].reason, Catch::Contains("gone: No such file or directory"));
}

TEST_CASE("A watched folder gives what is there and what comes, also in new folders", "[threads]") {
  const test::TemporaryFolder folder;
  put(folder / "first");
  std::atomic<std::size_t> seen = 0;
  std::vector<std::string> names;
  std::thread writer([&] {
    while (seen < 1) std::this_thread::yield();
    put(folder / "second");
    while (seen < 2) std::this_thread::yield();
    put(folder / "new/third");
    put(folder / "elsewhere.part", "a long text that takes a while");
    while (seen < 3) std::this_thread::yield();
    fs::rename(folder / "elsewhere.part", folder / "fourth");
  });
  const auto report = stream(
      watch(folder.path(), {.folder = {.matches = [](const fs::path& p) { return p.extension() != ".part"; }},
                            .stop = [&] { return seen >= 4; }}),
      [&](const fs::path& file) {
        names.push_back(file.lexically_relative(folder.path()).string());
        ++seen;
      });
  writer.join();
  CHECK(names == std::vector<std::string>{"first", "second", "new/third", "fourth"});
  CHECK(report.delivered == 4);
  CHECK_THROWS_AS(watch(folder / "gone"), FileError);
}

TEST_CASE("Records go through JSON lines and back, and a bad line is an error of its own") {
  const test::TemporaryFolder folder;
  const std::vector<Record> rows{{{"name", "a \"b\""},
                                  {"count", std::int64_t{3}},
                                  {"score", 0.1},
                                  {"ok", true},
                                  {"none", std::monostate{}}},
                                 {{"name", "ü"}, {"score", 1e-9}}};
  JsonLinesSink sink(folder / "rows.jsonl");
  stream(from(rows), sink);
  std::vector<Record> back;
  stream(json_lines(folder / "rows.jsonl"), into(back));
  CHECK(back == rows);
  CHECK(back[0].number("score") == 0.1);
  CHECK_THROWS_WITH(back[1].at("count"), "record has no field \"count\" but name, score");
  CHECK_THROWS_WITH(back[1].number("name"), "field \"name\" is \"ü\", expected a number");

  put(folder / "bad.jsonl", "{\"a\": 1}\n\n[1]\nnot json\n{\"a\": {\"b\": 2}}");
  back.clear();
  const auto report = stream(json_lines(folder / "bad.jsonl"), into(back));
  REQUIRE(back.size() == 2);
  CHECK(back[1].text("a") == "{\"b\":2}");
  REQUIRE(report.errors.size() == 2);
  CHECK_THAT(report.errors[0].reason, Catch::Contains("bad.jsonl: line 3: array, expected a JSON object"));
  CHECK_THAT(report.errors[1].reason, Catch::Contains("line 4: no JSON"));
}

TEST_CASE("Records go through a table and back") {
  const test::TemporaryFolder folder;
  CsvSink sink(folder / "rows.csv");
  stream(from(std::vector<Record>{{{"name", "a,\"b\"\nc"}, {"n", std::int64_t{1}}, {"x", 0.5}},
                                  {{"n", std::int64_t{2}}}}),
         sink);
  CHECK(read_text(folder / "rows.csv") == "name,n,x\n\"a,\"\"b\"\"\nc\",1,0.5\n,2,\n");
  std::vector<Record> back;
  stream(csv_rows(folder / "rows.csv"), into(back));
  REQUIRE(back.size() == 2);
  CHECK(back[0].text("name") == "a,\"b\"\nc");
  CHECK(back[0].number("x") == 0.5);
  CHECK(back[1].text("name").empty());

  CsvSink strict(folder / "strict.csv", {"n"});
  const auto report = stream(from(std::vector<Record>{{{"m", 1.0}}, {{"n", 1.0}}}), strict);
  CHECK(report.delivered == 1);
  CHECK(report.errors.at(0).reason == "field \"m\" is no column of this table");
  CHECK(report.errors.at(0).input == "{\"m\":1.0}");
}

TEST_CASE("group_by gathers the items of a key in the order of their first ones") {
  std::vector<Group<char, std::string>> groups;
  stream(from(std::vector<std::string>{"bx", "a1", "by", "a2", "c"}) |
             group_by([](const std::string& s) { return s[0]; }),
         into(groups));
  REQUIRE(groups.size() == 3);
  CHECK(groups[0].key == 'b');
  CHECK(groups[0].items == std::vector<std::string>{"bx", "by"});
  CHECK(groups[1].items == std::vector<std::string>{"a1", "a2"});
}
