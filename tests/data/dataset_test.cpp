#include "mammo/data/dataset.hpp"
#include "tests/data/numbers.hpp"

#include <string>

#include <catch2/catch.hpp>

using namespace mammo;
using namespace mammo::data;
using test::Numbers;

namespace {

struct Drawn {
  std::size_t size() const { return 3; }
  double get(std::size_t index, Generator& generator) const {
    return static_cast<double>(index) + generator.uniform();
  }
};

struct NoSize {
  int get(std::size_t) const { return 0; }
};

struct NoGet {
  std::size_t size() const { return 0; }
};

struct NotConst {
  std::size_t size() const { return 1; }
  int get(std::size_t) { return 0; } // threads share one const object
};

} // namespace

TEST_CASE("the concept takes data sets with and without chance, and nothing else") {
  STATIC_REQUIRE(Dataset<Numbers>);
  STATIC_REQUIRE(PlainDataset<Numbers>);
  STATIC_REQUIRE_FALSE(RandomDataset<Numbers>);
  STATIC_REQUIRE(Dataset<Drawn>);
  STATIC_REQUIRE_FALSE(PlainDataset<Drawn>);
  STATIC_REQUIRE_FALSE(Dataset<NoSize>);
  STATIC_REQUIRE_FALSE(Dataset<NoGet>);
  STATIC_REQUIRE_FALSE(Dataset<NotConst>);
  STATIC_REQUIRE(std::same_as<ExampleOf<Drawn>, double>);
}

TEST_CASE("a subset holds the examples asked for, in that order") {
  const Subset some(Numbers{10}, {7, 2, 2});
  CHECK(some.size() == 3);
  CHECK(some.get(0) == 7);
  CHECK(some.get(1) == 2);
  CHECK(some.get(2) == 2);
  CHECK(Subset(some, {0}).get(0) == 7);
  CHECK_THROWS_WITH(Subset(Numbers{10}, {1, 10}), "subset: example 10 of a data set of 10");
  CHECK_THROWS_AS(Subset(Numbers{10}, {10}), ArgumentError);
}

TEST_CASE("transforms compose, and need a generator only where chance is in them") {
  const Transformed named(Transformed(Numbers{5}, [](std::size_t i) { return 10 * i; }),
                          [](std::size_t i) { return std::to_string(i); });
  STATIC_REQUIRE(PlainDataset<decltype(named)>);
  STATIC_REQUIRE_FALSE(RandomDataset<decltype(named)>);
  CHECK(named.size() == 5);
  CHECK(named.get(3) == "30");
  CHECK(Subset(named, {4}).get(0) == "40");

  const Transformed jittered(
      Numbers{5}, [](std::size_t i, Generator& g) { return static_cast<double>(i) + g.uniform(); });
  STATIC_REQUIRE_FALSE(PlainDataset<decltype(jittered)>);
  Generator a(3);
  Generator b(3);
  CHECK(jittered.get(2, a) == 2 + b.uniform());
}

TEST_CASE("chance below a plain transform or a subset is passed on") {
  const Transformed doubled(Subset(Drawn{}, {2}), [](double x) { return 2 * x; });
  STATIC_REQUIRE(RandomDataset<decltype(doubled)>);
  Generator a(1);
  Generator b(1);
  CHECK(get_example(doubled, 0, a) == 2 * (2 + b.uniform()));
}
