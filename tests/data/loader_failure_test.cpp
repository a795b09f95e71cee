#include "mammo/data/loader.hpp"
#include "tests/data/numbers.hpp"

#include <chrono>
#include <set>
#include <string>
#include <thread>

#include <catch2/catch.hpp>

using namespace mammo;
using namespace mammo::data;
using test::Keep;
using test::Numbers;

namespace {

using Indices = std::vector<std::size_t>;

/// Numbers of which some are files that cannot be read. The later one of a batch fails sooner.
struct Damaged {
  std::set<std::size_t> damaged;

  std::size_t size() const { return 12; }
  std::size_t get(std::size_t index) const {
    if (!damaged.contains(index)) return index;
    std::this_thread::sleep_for(std::chrono::milliseconds(index % 2 == 0 ? 8 : 0));
    throw FileError("film" + std::to_string(index) + ".dcm", "cut short");
  }
};

const Sampler threes = Sampler::sequential(12, {.batch_size = 3});

struct Outcome {
  Indices batch;
  Indices failed;
  bool operator==(const Outcome&) const = default;
};

template <class L>
std::vector<Outcome> outcomes_of_epoch(L& loader) {
  std::vector<Outcome> outcomes;
  while (true) {
    try {
      const auto batch = loader.next();
      if (!batch) return outcomes;
      outcomes.push_back({*batch, {}});
    } catch (const LoadError& error) {
      outcomes.push_back({{}, error.indices()});
    }
  }
}

} // namespace

TEST_CASE("what an example throws comes out of next() in its batch's place, and loading goes on",
          "[threads]") {
  const std::vector<Outcome> expected{{{0, 1, 2}, {}}, {{}, {4}}, {{6, 7, 8}, {}}, {{}, {11}}};
  for (const int workers : {0, 1, 3}) {
    Loader loader(Damaged{{4, 5, 11}}, threes, {.workers = workers}, Keep{});
    for (int epoch = 0; epoch < 2; ++epoch) CHECK(outcomes_of_epoch(loader) == expected);
    CHECK(loader.state() == SamplerState{2, 0});
  }
}

TEST_CASE("of several failures in a batch the first in order is told", "[threads]") {
  for (int i = 0; i < 10; ++i) {
    Loader loader(Damaged{{0, 1, 2}}, threes, {.workers = 3}, Keep{});
    try {
      loader.next();
      FAIL("no error");
    } catch (const LoadError& error) {
      CHECK(error.indices() == Indices{0});
    }
  }
}

TEST_CASE("the error names the example and holds the original exception", "[threads]") {
  Sampler sampler = threes;
  sampler.restore({2, 3});
  for (const int workers : {0, 2}) {
    Loader loader(Damaged{{4}}, sampler, {.workers = workers}, Keep{});
    try {
      loader.next();
      FAIL("no error");
    } catch (const LoadError& error) {
      CHECK(std::string(error.what()) == "example 4 (epoch 2, position 4): film4.dcm: cut short");
      try {
        error.rethrow_nested();
      } catch (const FileError& original) {
        CHECK(original.path() == "film4.dcm");
      }
    }
    CHECK(loader.state() == SamplerState{2, 6});
  }
}

TEST_CASE("a collate that throws names its batch", "[threads]") {
  const auto picky = [](std::span<const std::size_t> numbers) {
    require<ShapeError>(numbers[0] != 3, "no threes");
    return numbers.size();
  };
  for (const int workers : {0, 2}) {
    Loader loader(Numbers{12}, threes, {.workers = workers}, picky);
    CHECK(loader.next() == 3);
    try {
      loader.next();
      FAIL("no error");
    } catch (const LoadError& error) {
      CHECK(std::string(error.what()) == "batch of 3 examples (epoch 0, position 3): no threes");
      CHECK(error.indices() == Indices{3, 4, 5});
      CHECK_THROWS_AS(error.rethrow_nested(), ShapeError);
    }
    CHECK(loader.next() == 3);
  }
}

TEST_CASE("something thrown that is no exception class is carried too", "[threads]") {
  Loader loader(Transformed(Numbers{12}, [](std::size_t) -> int { throw 7; }), threes, {.workers = 1},
                Keep{});
  try {
    loader.next();
    FAIL("no error");
  } catch (const LoadError& error) {
    CHECK(std::string(error.what()) == "example 0 (epoch 0, position 0): not a std::exception");
    CHECK_THROWS_AS(error.rethrow_nested(), int);
  }
}

TEST_CASE("a loader with failures that nobody asked for is let go", "[threads]") {
  for (int i = 0; i < 10; ++i) {
    Loader loader(Damaged{{3, 4, 5, 7}}, threes, {.workers = 3, .prefetch = 4}, Keep{});
    CHECK(loader.next());
  }
}
