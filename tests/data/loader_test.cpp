#include "mammo/core/threads.hpp"
#include "mammo/data/loader.hpp"
#include "tests/data/numbers.hpp"

#include <algorithm>
#include <array>
#include <chrono>
#include <thread>

#include <catch2/catch.hpp>

using namespace mammo;
using namespace mammo::data;
using namespace std::chrono_literals;
using test::epoch_of;
using test::Keep;
using test::Numbers;

namespace {

/// Examples that end in another order than they began, each with a number drawn for it.
struct Jittered {
  struct Example {
    std::size_t index = 0;
    double drawn = 0;
    bool operator==(const Example&) const = default;
  };

  std::size_t size() const { return 23; }
  Example get(std::size_t index, Generator& generator) const {
    std::this_thread::sleep_for(std::chrono::microseconds(index * 7919 % 500));
    return {index, generator.normal()};
  }
};

using Batches = std::vector<std::vector<Jittered::Example>>;

const Sampler shuffled = Sampler::shuffled(23, {.batch_size = 4, .seed = 6});

Batches batches_of(const LoaderOptions& options, int epochs) {
  Loader loader(Jittered{}, shuffled, options, Keep{});
  Batches all;
  for (int epoch = 0; epoch < epochs; ++epoch) {
    for (auto& batch : epoch_of(loader)) all.push_back(std::move(batch));
  }
  return all;
}

} // namespace

TEST_CASE("the batches are the sampler's, whatever the number of workers", "[threads]") {
  const Batches expected = batches_of({.workers = 0}, 3);
  REQUIRE(expected.size() == 18);
  Sampler sampler = shuffled;
  std::size_t at = 0;
  for (int epoch = 0; epoch < 3; ++epoch) {
    for (const auto& sampled : epoch_of(sampler)) {
      const auto indices =
          gather(std::span<const Jittered::Example>(expected[at++]), &Jittered::Example::index);
      CHECK(indices == sampled.indices);
    }
  }
  for (const int workers : {1, 3, 7}) {
    for (const int prefetch : {1, 2, 5}) CHECK(batches_of({workers, prefetch}, 3) == expected);
  }
}

TEST_CASE("an example drawn twice, and again in another epoch, is augmented anew") {
  Loader loader(Transformed(Numbers{1}, [](std::size_t, Generator& g) { return g.uniform(); }),
                Sampler::weighted(std::array{1.0}, 4, {.batch_size = 4}), {.workers = 0}, Keep{});
  std::vector<double> drawn = *loader.next();
  CHECK_FALSE(loader.next());
  const auto again = loader.next();
  REQUIRE(again);
  drawn.insert(drawn.end(), again->begin(), again->end());
  std::sort(drawn.begin(), drawn.end());
  CHECK(drawn.size() == 8);
  CHECK(std::adjacent_find(drawn.begin(), drawn.end()) == drawn.end());
}

TEST_CASE("a loader resumed after any batch goes on as one that was never stopped", "[threads]") {
  const Batches expected = batches_of({.workers = 0}, 3);
  for (const int stop : {0, 1, 4, 5, 6, 8}) {
    SamplerState state;
    {
      Loader loader(Jittered{}, shuffled, {.workers = 2, .prefetch = 3}, Keep{});
      for (int i = 0; i < stop; ++i) {
        if (!loader.next()) loader.next(); // the end of the epoch is no batch
      }
      state = loader.state(); // some batches more have been made by now
    }
    Sampler sampler = shuffled;
    sampler.restore(state);
    Loader resumed(Jittered{}, sampler, {.workers = 2, .prefetch = 3}, Keep{});
    CHECK(resumed.state() == state);
    for (auto i = static_cast<std::size_t>(stop); i < expected.size(); ++i) {
      auto batch = resumed.next();
      if (!batch) batch = resumed.next();
      REQUIRE(batch);
      CHECK(*batch == expected[i]);
    }
  }
}

TEST_CASE("the state is that of the batch delivered, the end of an epoch included", "[threads]") {
  Loader loader(Numbers{5}, Sampler::sequential(5, {.batch_size = 2}), {.workers = 2, .prefetch = 4}, Keep{});
  CHECK(loader.state() == SamplerState{0, 0});
  loader.next();
  CHECK(loader.state() == SamplerState{0, 2});
  loader.next();
  loader.next();
  CHECK(loader.state() == SamplerState{0, 5});
  CHECK_FALSE(loader.next());
  CHECK(loader.state() == SamplerState{1, 0});
}

TEST_CASE("range-for takes an epoch, and the rest of one that was left", "[threads]") {
  Loader loader(Numbers{6}, Sampler::sequential(6, {.batch_size = 2}), {.workers = 2}, Keep{});
  std::vector<std::size_t> firsts;
  for (const auto& batch : loader) firsts.push_back(batch.front());
  for (const auto& batch : loader) {
    firsts.push_back(batch.front());
    if (batch.front() == 2) break;
  }
  for (const auto& batch : loader) firsts.push_back(batch.front());
  CHECK(firsts == std::vector<std::size_t>{0, 2, 4, 0, 2, 4});
}

TEST_CASE("tensors are stacked where no collate is given", "[threads]") {
  const Transformed ramps(Numbers{4}, [](std::size_t i) {
    return Tensor::from({static_cast<float>(i), static_cast<float>(10 * i)}, {2});
  });
  Loader loader(ramps, Sampler::sequential(4, {.batch_size = 2}));
  loader.next();
  const auto batch = loader.next();
  REQUIRE(batch);
  CHECK(batch->shape() == Shape{2, 2});
  const auto data = batch->data<float>();
  CHECK(std::vector(data.begin(), data.end()) == std::vector<float>{2, 20, 3, 30});
}

TEST_CASE("examples are made with one thread and wait for no lease", "[threads]") {
  const int before = thread_budget();
  set_thread_budget(3);
  {
    const ThreadLease all(3); // training holds the whole budget
    for (const int workers : {0, 2}) {
      Loader loader(Transformed(Numbers{4}, [](std::size_t) { return thread_count(); }),
                    Sampler::sequential(4, {.batch_size = 4}), {.workers = workers}, Keep{});
      CHECK(*loader.next() == std::vector{1, 1, 1, 1});
      CHECK(thread_count() == 3);
    }
  }
  set_thread_budget(before);
}

TEST_CASE("the time spent waiting is counted, the time spent training is not", "[threads][serial]") {
  const Transformed slow(Numbers{3}, [](std::size_t i) {
    std::this_thread::sleep_for(20ms);
    return i;
  });
  Loader in_place(slow, Sampler::sequential(3), {.workers = 0}, Keep{});
  CHECK(in_place.waited() == 0ns);
  CHECK(epoch_of(in_place).size() == 3);
  CHECK(in_place.waited() >= 60ms);

  Loader ahead(slow, Sampler::sequential(3), {.workers = 1, .prefetch = 3}, Keep{});
  ahead.next();
  const auto first = ahead.waited();
  CHECK(first >= 20ms);
  std::this_thread::sleep_for(150ms); // the other two are made meanwhile
  ahead.next();
  ahead.next();
  CHECK(ahead.waited() - first < 100ms);
}

TEST_CASE("a loader refuses options that make no sense") {
  const Sampler five = Sampler::sequential(5);
  CHECK_THROWS_WITH(Loader(Numbers{6}, five, {}, Keep{}),
                    "loader: sampler over 5 examples, expected the data set's 6");
  CHECK_THROWS_WITH(Loader(Numbers{5}, five, {.workers = -1}, Keep{}),
                    "loader with -1 workers, expected 0 to 1024");
  CHECK_THROWS_AS(Loader(Numbers{5}, five, {.workers = 1025}, Keep{}), ArgumentError);
  CHECK_THROWS_WITH(Loader(Numbers{5}, five, {.prefetch = 0}, Keep{}),
                    "loader with a prefetch of 0, expected at least 1");
}
