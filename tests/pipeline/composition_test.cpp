// Stages, and what they are put together with, called by hand.
#include "mammo/core/error.hpp"
#include "mammo/core/tensor.hpp"
#include "mammo/pipeline/pipeline.hpp"
#include "tests/support/files.hpp"

#include <chrono>
#include <filesystem>
#include <fstream>
#include <memory>
#include <optional>
#include <string>
#include <tuple>
#include <vector>

#include <catch2/catch.hpp>

using namespace mammo;
using namespace mammo::pipeline;
using namespace std::chrono_literals;

namespace {

struct Film {
  int width = 0;
};

Film film_of(const std::string& name) {
  return {static_cast<int>(name.size())};
}

int twice(int x) {
  return 2 * x;
}

} // namespace

TEST_CASE("A pipeline calls its stages one after the other") {
  const auto pipeline = named<"read">(film_of) | &Film::width | twice | [](int x) { return x + 0.5; };
  CHECK(pipeline("abc") == 6.5);
  const auto longer = pipeline | [](double x) { return std::to_string(x); };
  CHECK(longer(std::string("ab")) == "4.500000");
  STATIC_REQUIRE(IsStage<decltype(longer)>);
  STATIC_REQUIRE(Accepts<decltype(pipeline), const char*>);
  STATIC_REQUIRE(!Accepts<decltype(pipeline), Film>);
  constexpr auto constant = filter([](int x) { return 2 * x; }) | [](int x) { return x + 1; };
  STATIC_REQUIRE(constant(4) == 9);
}

TEST_CASE("Values that can only be moved pass, and what a stage looks at is not copied") {
  const auto pipeline = filter([](int x) { return std::make_unique<int>(x); }) | [](std::unique_ptr<int> p) {
    ++*p;
    return p;
  } | [](const std::unique_ptr<int>& p) { return *p; };
  CHECK(pipeline(41) == 42);
}

TEST_CASE("A stage that returns a reference into its input gives a value at the end") {
  struct Pair {
    std::string first;
  };
  const auto pipeline = filter([](int x) { return Pair{std::string(100, static_cast<char>('a' + x))}; }) |
                        [](const Pair& p) -> const std::string& { return p.first; };
  const auto&& text = pipeline(1);
  STATIC_REQUIRE(std::is_same_v<decltype(pipeline(1)), std::string>);
  CHECK(text == std::string(100, 'b'));
}

TEST_CASE("tee shows one value to several stages and joins what they give") {
  int calls = 0;
  const auto pipeline = filter(film_of) |
                        tee(&Film::width, named<"count">(serial([&calls](const Film&) { return ++calls; }))) |
                        spread([](int width, int count) { return 10 * width + count; });
  CHECK(pipeline("abc") == 31);
  CHECK(pipeline("ab") == 22);
  STATIC_REQUIRE(decltype(pipeline)::is_serial);
}

TEST_CASE("branch goes one of two ways to a common type") {
  const auto pipeline =
      branch([](int x) { return x < 0; }, [](int x) { return -x; }, [](int x) { return x / 2.0; });
  CHECK(pipeline(-3) == 3.0);
  CHECK(pipeline(3) == 1.5);
}

TEST_CASE("each takes the elements of a range, and moves those of one that is given away") {
  const auto widths = each(film_of) | each(&Film::width);
  CHECK(widths(std::vector<std::string>{"a", "bcd"}) == std::vector<int>{1, 3});
  const auto values = each([](std::unique_ptr<int> p) { return *p; });
  std::vector<std::unique_ptr<int>> pointers;
  pointers.push_back(std::make_unique<int>(5));
  CHECK(values(std::move(pointers)) == std::vector<int>{5});
  int sum = 0;
  each(serial([&sum](int x) { sum += x; }))(std::vector<int>{1, 2, 3});
  CHECK(sum == 6);
}

TEST_CASE("optional passes what is missing by") {
  const auto pipeline = optional(film_of) | optional([](Film film) -> std::optional<int> {
                          if (film.width > 2) return film.width;
                          return std::nullopt;
                        });
  CHECK(pipeline(std::optional<std::string>("abc")) == 3);
  CHECK(!pipeline(std::optional<std::string>("ab")));
  CHECK(!pipeline(std::optional<std::string>()));
}

TEST_CASE("A batch that is called alone is of one") {
  const auto pipeline = filter(twice) | batch(8, 1s, [](const std::vector<int>& many) {
                          CHECK(many.size() == 1);
                          return many;
                        });
  CHECK(pipeline(4) == 8);
  const auto wrong = batch(8, 1s, [](const std::vector<int>&) { return std::vector<int>(3); });
  CHECK_THROWS_WITH(wrong(1), "a batch of 1 items gave 3 results");
  CHECK_THROWS_WITH(batch(0, 1s, [](std::vector<int> many) { return many; }),
                    "batch of 0 items, expected 1 or more");
}

TEST_CASE("retry calls again until it works, and gives the last fault on") {
  int left = 2;
  const auto pipeline = retry(3, serial([&left](int x) {
                                if (left-- > 0) throw Error("busy");
                                return x;
                              }));
  CHECK(pipeline(7) == 7);
  left = 3;
  CHECK_THROWS_WITH(pipeline(7), "busy");
  CHECK_THROWS_AS(retry(0, twice), ArgumentError);
}

TEST_CASE("timed adds every call to a histogram") {
  LatencyHistogram times;
  const auto pipeline = timed(times, [](int x) {
    if (x < 0) throw Error("negative");
    return x;
  });
  for (int i = 0; i < 10; ++i) pipeline(i);
  CHECK_THROWS(pipeline(-1));
  CHECK(times.count() == 11);
  CHECK(times.percentile(50) <= times.percentile(99));
  CHECK(times.percentile(100) == times.longest());
}

TEST_CASE("A percentile is at most a sixteenth above the true one") {
  LatencyHistogram times;
  for (int i = 1; i <= 1000; ++i) times.add(std::chrono::microseconds(i));
  for (const int percent : {1, 10, 50, 90, 99}) {
    const std::chrono::nanoseconds truth =
        std::chrono::microseconds(10 * percent); // the 10 p-th of a thousand
    CHECK(times.percentile(percent) >= truth);
    CHECK(times.percentile(percent) <= truth * 17 / 16 + 1ns);
  }
  CHECK(LatencyHistogram().percentile(50) == 0ns);
}

TEST_CASE("cached keeps results by input and version") {
  const test::TemporaryFolder folder;
  int calls = 0;
  const auto count = [&](std::string version) {
    return cached(folder / "cache", std::move(version), serial([&calls](const std::string& text) {
                    ++calls;
                    return std::pair(text + "!", std::optional<std::vector<float>>{{1.5F, 2.0F}});
                  }));
  };
  const auto first = count("shout 1");
  CHECK(first("a").first == "a!");
  CHECK(first(std::string("a")).second->at(1) == 2.0F);
  CHECK(calls == 1);
  CHECK(count("shout 1")(std::string("a")).first == "a!");
  CHECK(calls == 1);
  CHECK(count("shout 2")(std::string("a")).first == "a!");
  CHECK(first(std::string("b")).first == "b!");
  CHECK(calls == 3);

  // Damaged entries are made anew.
  for (const auto& entry : std::filesystem::directory_iterator(folder / "cache")) {
    std::filesystem::resize_file(entry, std::filesystem::file_size(entry) - 1);
  }
  CHECK(first(std::string("b")).second->size() == 2);
  CHECK(calls == 4);
  CHECK(first(std::string("b")).first == "b!");
  CHECK(calls == 4);
  CHECK_THROWS_AS(count(""), ArgumentError);
}

TEST_CASE("cached takes a path for its file's content, and keeps tensors") {
  const test::TemporaryFolder folder;
  int calls = 0;
  const auto pipeline = cached(folder / "cache", "row 1", serial([&calls](const std::filesystem::path& path) {
                                 ++calls;
                                 return Tensor::full({2, 3}, static_cast<double>(file_size(path)));
                               }));
  std::ofstream(folder / "a") << "1234";
  const Tensor made = pipeline(folder / "a");
  std::filesystem::rename(folder / "a", folder / "b");
  const Tensor kept = pipeline(folder / "b");
  CHECK(calls == 1);
  CHECK(kept.shape() == Shape{2, 3});
  CHECK(kept.data<float>()[5] == 4.0F);
  CHECK(made.data<float>()[5] == 4.0F);
  std::ofstream(folder / "b") << "12345";
  CHECK(pipeline(folder / "b").data<float>()[0] == 5.0F);
  CHECK_THROWS_AS(pipeline(folder / "gone"), FileError);
}

TEST_CASE("A pipeline says what it is made of") {
  const auto pipeline = named<"read">(film_of) |
                        tee(named<"width">(&Film::width), retry(2, [](const Film&) { return 1.0; })) |
                        named<"sum">(spread([](int a, double b) { return a + b; })) |
                        named<"net">(batch(4, 1s, serial([](std::vector<double> v) { return v; })));
  const Description description = describe<std::string>(pipeline);
  CHECK(description.text() == R"(pipeline: std::string -> double
  read: std::string -> Film
  tee: Film -> std::tuple<int, double>
    width: Film -> int
    retried stage: Film -> double
  sum: std::tuple<int, double> -> double
  net (batch 4): double -> double
    serial stage: std::vector<double> -> std::vector<double>
)");
  const std::string dot = description.graphviz();
  CHECK_THAT(dot, Catch::Contains(R"(in -> n0 [label="std::string"];)"));
  CHECK_THAT(dot, Catch::Contains(R"(n0 -> n1 [label="Film"];)"));
  CHECK_THAT(dot, Catch::Contains(R"(n1 -> n3 [label="Film"];)"));
  CHECK_THAT(dot, Catch::Contains(R"(n3 -> n2 [label="int"];)"));
  CHECK_THAT(dot, Catch::Contains(R"(n4 -> n2 [label="double"];)"));
  CHECK_THAT(dot, Catch::Contains(R"(-> out [label="double"];)"));
  CHECK(describe(filter(twice)).input == "int");
}
