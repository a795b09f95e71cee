#include "mammo/core/error.hpp"
#include "mammo/core/threads.hpp"

#include <atomic>
#include <chrono>
#include <limits>
#include <mutex>
#include <set>
#include <stdexcept>
#include <thread>
#include <vector>

#include <catch2/catch.hpp>

using namespace mammo;
using namespace std::chrono_literals;

namespace {

// The process's budget while a test runs, set back afterwards.
class BudgetOf {
 public:
  explicit BudgetOf(int n) : before_(thread_budget()) { set_thread_budget(n); }
  ~BudgetOf() { set_thread_budget(before_); }

 private:
  int before_;
};

} // namespace

TEST_CASE("parallel_for covers a range exactly once, in parts no smaller than the grain", "[threads]") {
  for (const int threads : {1, 2, 3, 7}) {
    const BudgetOf budget(threads);
    for (const std::int64_t length : {0, 1, 2, 3, 8, 100, 1001}) {
      for (const std::int64_t grain : {-1, 0, 1, 2, 7, 100, 5000}) {
        std::vector<std::atomic<int>> seen(static_cast<std::size_t>(length));
        std::atomic<int> parts = 0;
        std::atomic<std::int64_t> smallest = length;
        parallel_for(10, 10 + length, grain, [&](std::int64_t first, std::int64_t last) {
          ++parts;
          auto least = smallest.load();
          while (last - first < least && !smallest.compare_exchange_weak(least, last - first)) {
          }
          for (auto i = first; i < last; ++i) ++seen[static_cast<std::size_t>(i - 10)];
        });
        int wrong = 0;
        for (const auto& count : seen) wrong += count != 1;
        CHECK(wrong == 0);
        CHECK(parts <= threads);
        if (parts > 1) CHECK(smallest >= grain);
      }
    }
  }
}

TEST_CASE("parallel_for takes ranges at the ends of 64 bits", "[threads]") {
  const BudgetOf budget(3);
  constexpr auto largest = std::numeric_limits<std::int64_t>::max();
  std::atomic<std::int64_t> length = 0;
  parallel_for(0, largest, largest, [&](std::int64_t first, std::int64_t last) { length += last - first; });
  CHECK(length == largest);
  length = 0;
  parallel_for(0, largest, 1, [&](std::int64_t first, std::int64_t last) { length += last - first; });
  CHECK(length == largest);
  int calls = 0;
  parallel_for(5, 5, 1, [&](std::int64_t, std::int64_t) { ++calls; });
  parallel_for(6, 5, 1, [&](std::int64_t, std::int64_t) { ++calls; });
  CHECK(calls == 0);
}

TEST_CASE("the split depends on the sizes and the thread count only", "[threads]") {
  const BudgetOf budget(3);
  const auto split = [] {
    std::set<std::pair<std::int64_t, std::int64_t>> ranges;
    std::mutex mutex;
    parallel_for(0, 100, 1, [&](std::int64_t first, std::int64_t last) {
      const std::scoped_lock lock(mutex);
      ranges.emplace(first, last);
    });
    return ranges;
  };
  const std::set<std::pair<std::int64_t, std::int64_t>> expected{{0, 34}, {34, 67}, {67, 100}};
  for (int i = 0; i < 20; ++i) CHECK(split() == expected);
}

TEST_CASE("an exception of one part is rethrown once all parts have ended", "[threads]") {
  const BudgetOf budget(4);
  std::atomic<int> ended = 0;
  const auto body = [&](std::int64_t first, std::int64_t) {
    if (first == 0) throw std::runtime_error("part 0");
    std::this_thread::sleep_for(5ms);
    ++ended;
  };
  CHECK_THROWS_WITH(parallel_for(0, 4, 1, body), "part 0");
  CHECK(ended == 3);
  CHECK(thread_count() == 4); // the calling thread is not taken for a worker afterwards
  CHECK_THROWS_AS(parallel_for(0, 4, 1, [](auto, auto) { throw ArgumentError("all"); }), ArgumentError);
}

TEST_CASE("nested parallel_for runs in place", "[threads]") {
  const BudgetOf budget(2);
  std::atomic<int> inner_parts = 0;
  std::atomic<int> elsewhere = 0;
  std::atomic<std::int64_t> sum = 0;
  parallel_for(0, 2, 1, [&](std::int64_t, std::int64_t) {
    const auto here = std::this_thread::get_id();
    if (thread_count() != 1) ++elsewhere;
    parallel_for(0, 100, 1, [&](std::int64_t first, std::int64_t last) {
      ++inner_parts;
      if (std::this_thread::get_id() != here) ++elsewhere;
      for (auto i = first; i < last; ++i) sum += i;
    });
  });
  CHECK(inner_parts == 2);
  CHECK(elsewhere == 0);
  CHECK(sum == 2 * 4950);
}

TEST_CASE("several threads may run parallel_for at once", "[threads]") {
  const BudgetOf budget(2);
  std::atomic<std::int64_t> sum = 0;
  {
    std::vector<std::jthread> threads;
    for (int t = 0; t < 4; ++t) {
      threads.emplace_back([&] {
        for (int i = 0; i < 50; ++i) {
          parallel_for(0, 64, 1, [&](std::int64_t first, std::int64_t last) { sum += last - first; });
        }
      });
    }
  }
  CHECK(sum == 4 * 50 * 64);
}

TEST_CASE("the budget has limits") {
  CHECK(thread_budget() >= 1);
  CHECK_THROWS_AS(set_thread_budget(0), ArgumentError);
  CHECK_THROWS_AS(set_thread_budget(1025), ArgumentError);
  const BudgetOf budget(3);
  CHECK(thread_count() == 3);
  CHECK_THROWS_WITH(ThreadLease(4), "lease of 4 threads, expected 1 to 3");
  CHECK_THROWS_AS(ThreadLease(0), ArgumentError);
}

TEST_CASE("a lease narrows the count of its thread, an inner one further") {
  const BudgetOf budget(4);
  {
    const ThreadLease lease(3);
    CHECK(thread_count() == 3);
    {
      const ThreadLease inner(2);
      CHECK(thread_count() == 2);
    }
    {
      const ThreadLease wider(4);
      CHECK(thread_count() == 3);
    }
    CHECK(thread_count() == 3);
  }
  CHECK(thread_count() == 4);
}

TEST_CASE("a lease waits until its threads are free", "[threads]") {
  const BudgetOf budget(4);
  std::atomic<bool> taken = false;
  std::jthread waiter;
  {
    const ThreadLease lease(3);
    waiter = std::jthread([&] {
      const ThreadLease second(2);
      taken = true;
    });
    std::this_thread::sleep_for(30ms);
    CHECK_FALSE(taken);
  }
  waiter.join();
  CHECK(taken);
}

TEST_CASE("the sum of all leases never exceeds the budget", "[threads]") {
  const BudgetOf budget(4);
  std::atomic<int> leased = 0;
  std::atomic<int> most = 0;
  {
    std::vector<std::jthread> threads;
    for (int t = 0; t < 6; ++t) {
      threads.emplace_back([&, t] {
        for (int i = 0; i < 40; ++i) {
          const int k = 1 + (t + i) % 4;
          const ThreadLease lease(k);
          const int now = leased += k;
          int highest = most.load();
          while (now > highest && !most.compare_exchange_weak(highest, now)) {
          }
          std::this_thread::yield();
          leased -= k;
        }
      });
    }
  }
  CHECK(leased == 0);
  CHECK(most <= 4);
  CHECK(most >= 2);
}

TEST_CASE("a lease that no longer fits a smaller budget gives up", "[threads]") {
  const BudgetOf budget(4);
  std::atomic<bool> gave_up = false;
  std::jthread waiter;
  {
    const ThreadLease lease(1);
    waiter = std::jthread([&] {
      try {
        const ThreadLease all(4);
      } catch (const ArgumentError&) {
        gave_up = true;
      }
    });
    std::this_thread::sleep_for(20ms);
    set_thread_budget(2);
    waiter.join();
  }
  CHECK(gave_up);
}

TEST_CASE("a lease inside parallel_for takes nothing from the budget", "[threads]") {
  const BudgetOf budget(2);
  const ThreadLease lease(2);
  std::atomic<int> parts = 0;
  parallel_for(0, 2, 1, [&](std::int64_t, std::int64_t) {
    const ThreadLease inner(2);
    if (thread_count() == 1) ++parts;
  });
  CHECK(parts == 2);
}

TEST_CASE("a sequential scope narrows its thread to one and waits for no lease", "[threads]") {
  const BudgetOf budget(3);
  const ThreadLease all(3);
  int beside = 0;
  int leased_beside = 0;
  std::jthread([&] {
    const SequentialScope sequential;
    beside = thread_count();
    const ThreadLease lease(2); // would wait for ever outside of the scope
    leased_beside = thread_count();
  }).join();
  CHECK(beside == 1);
  CHECK(leased_beside == 1);
  {
    const SequentialScope sequential;
    int parts = 0;
    parallel_for(0, 100, 1, [&](std::int64_t, std::int64_t) { ++parts; });
    CHECK(parts == 1);
  }
  CHECK(thread_count() == 3);
}

TEST_CASE("libraries are told the count of the calling thread, and again when it changes") {
  const BudgetOf budget(4);
  // Listeners stay registered for the life of the process.
  static thread_local std::vector<int> told;
  static std::once_flag registered;
  std::call_once(registered, [] { on_thread_count([](int n) { told.push_back(n); }); });
  told.clear();
  announce_thread_count();
  announce_thread_count();
  {
    const ThreadLease lease(2);
    announce_thread_count();
  }
  announce_thread_count();
  CHECK(told == std::vector{4, 2, 4});
}

TEST_CASE("denormals are flushed in every thread that computes", "[threads]") {
  const BudgetOf budget(2);
  std::atomic<int> flushed = 0;
  parallel_for(0, 2, 1, [&](std::int64_t, std::int64_t) {
    volatile float tiny = std::numeric_limits<float>::min();
    const float half = tiny * 0.5F;
    if (half == 0) ++flushed;
  });
#if defined(__SSE2__)
  CHECK(flushed == 2);
#else
  CHECK(flushed >= 0);
#endif
}
