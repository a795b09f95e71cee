#include "mammo/core/memory.hpp"
#include "mammo/data/loader.hpp"
#include "tests/data/numbers.hpp"

#include <atomic>
#include <chrono>
#include <cstddef>
#include <memory>
#include <thread>

#include <catch2/catch.hpp>

using namespace mammo;
using namespace mammo::data;
using namespace std::chrono_literals;
using test::Keep;

namespace {

struct Counts {
  std::atomic<int> begun = 0;
  std::atomic<int> live = 0;
  std::atomic<int> most_live = 0;
};

/// An example that is counted while it lives, as one with its copies.
class Counted {
 public:
  explicit Counted(Counts& counts) : token_(&counts, [](Counts* c) { --c->live; }) {
    const int now = ++counts.live;
    int most = counts.most_live.load();
    while (now > most && !counts.most_live.compare_exchange_weak(most, now)) {
    }
  }

 private:
  std::shared_ptr<Counts> token_;
};

struct CountedSet {
  Counts* counts;

  std::size_t size() const { return 60; }
  Counted get(std::size_t index) const {
    ++counts->begun;
    std::this_thread::sleep_for(std::chrono::microseconds(index * 37 % 200));
    return Counted(*counts);
  }
};

template <class Condition>
bool comes_true(Condition condition) {
  const auto deadline = std::chrono::steady_clock::now() + 20s;
  while (!condition()) {
    if (std::chrono::steady_clock::now() > deadline) return false;
    std::this_thread::sleep_for(1ms);
  }
  return true;
}

} // namespace

TEST_CASE("examples live for as many batches as are in flight, and the one in hand", "[threads]") {
  for (const int workers : {0, 1, 4}) {
    for (const int prefetch : {1, 3}) {
      Counts counts;
      Loader loader(CountedSet{&counts}, Sampler::shuffled(60, {.batch_size = 5}), {workers, prefetch},
                    Keep{});
      for (int epoch = 0; epoch < 2; ++epoch) {
        for (const auto& batch : loader) CHECK(batch.size() == 5);
      }
      CHECK(counts.begun == 120);
      CHECK(counts.live == 0);
      CHECK(counts.most_live <= 5 * (prefetch + 1));
      CHECK(counts.most_live >= 5);
    }
  }
}

TEST_CASE("workers run ahead by prefetch batches and no further", "[threads]") {
  Counts counts;
  Loader loader(CountedSet{&counts}, Sampler::sequential(60, {.batch_size = 5}),
                {.workers = 3, .prefetch = 2}, Keep{});
  std::this_thread::sleep_for(5ms);
  CHECK(counts.begun == 0); // nobody has asked yet
  for (int delivered = 1; delivered <= 3; ++delivered) {
    const auto batch = loader.next();
    CHECK(comes_true([&] { return counts.live == 5 * 3; }));
    std::this_thread::sleep_for(10ms);
    CHECK(counts.begun == 5 * (delivered + 2));
  }
}

TEST_CASE("nothing of the next epoch is made before it is asked for", "[threads]") {
  Counts counts;
  Loader loader(CountedSet{&counts}, Sampler::sequential(60, {.batch_size = 25}),
                {.workers = 2, .prefetch = 4}, Keep{});
  CHECK(test::epoch_of(loader).size() == 3);
  std::this_thread::sleep_for(5ms);
  CHECK(counts.begun == 60);
}

TEST_CASE("a loader left at any moment ends its workers after the examples at hand", "[threads]") {
  for (int delivered = 0; delivered < 8; ++delivered) {
    Counts counts;
    int begun = 0;
    {
      Loader loader(CountedSet{&counts}, Sampler::sequential(60, {.batch_size = 20}),
                    {.workers = 3, .prefetch = 3}, Keep{});
      for (int i = 0; i < delivered; ++i) loader.next();
      std::this_thread::sleep_for(std::chrono::microseconds(delivered * 300));
      begun = counts.begun;
    }
    CHECK(counts.live == 0);
    if (delivered == 0) CHECK(begun == 0);
  }
}

TEST_CASE("leaving a loader does not wait for what was not begun", "[threads]") {
  std::atomic<int> begun = 0;
  {
    const Transformed slow(test::Numbers{100}, [&](std::size_t i) {
      if (++begun > 1) std::this_thread::sleep_for(30ms);
      return i;
    });
    Loader loader(slow, Sampler::sequential(100), {.workers = 2, .prefetch = 90}, Keep{});
    loader.next();
  }
  CHECK(begun < 50); // of 91 that were scheduled: at most those of the moments until the workers were told
}

TEST_CASE("memory is bounded by the prefetch, not by the data set", "[threads]") {
  constexpr std::size_t picture = std::size_t{256} << 10;
  const Transformed pictures(test::Numbers{64},
                             [](std::size_t i) { return Tensor::full({256, 256}, static_cast<double>(i)); });
  Loader loader(pictures, Sampler::sequential(64, {.batch_size = 4}), {.workers = 3, .prefetch = 2});
  const MemoryScope scope;
  double sum = 0;
  for (const Tensor& batch : loader) sum += batch.data<float>()[0];
  CHECK(sum == 480); // 0 + 4 + ... + 60: the first picture of each batch
  // Two batches being collated, each beside its examples, and the batch in hand; full() adds a few bytes.
  CHECK(scope.peak_bytes() <= (2 * 2 + 1) * 4 * picture + 4096);
}
