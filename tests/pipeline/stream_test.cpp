// Streams: order, bounds, errors, cancelling, batches, what is reported.
#include "mammo/core/error.hpp"
#include "mammo/core/file.hpp"
#include "mammo/core/threads.hpp"
#include "mammo/pipeline/each.hpp"
#include "mammo/pipeline/into.hpp"
#include "mammo/pipeline/stream.hpp"
#include "tests/support/files.hpp"

#include <algorithm>
#include <atomic>
#include <chrono>
#include <functional>
#include <map>
#include <numeric>
#include <optional>
#include <string>
#include <thread>
#include <vector>

#include <catch2/catch.hpp>
#include <nlohmann/json.hpp>

using namespace mammo;
using namespace mammo::pipeline;
using namespace std::chrono_literals;

namespace {

std::vector<int> numbers(int count) {
  std::vector<int> result(static_cast<std::size_t>(count));
  std::iota(result.begin(), result.end(), 0);
  return result;
}

// A budget of n threads while it lives.
class Budget {
 public:
  explicit Budget(int n) : before_(thread_budget()) { set_thread_budget(n); }
  ~Budget() { set_thread_budget(before_); }
  Budget(const Budget&) = delete;
  Budget& operator=(const Budget&) = delete;

 private:
  int before_;
};

} // namespace

TEST_CASE("A stream gives every item in the source's order", "[threads]") {
  const Budget budget(4);
  const int workers = GENERATE(1, 2, 4);
  std::vector<int> seen;
  // Later items are faster: they overtake, and wait.
  const auto report = stream(from(numbers(200)) | filter([](int x) {
                               if (x % 7 == 0) std::this_thread::sleep_for(300us);
                               return x;
                             }) | named<"triple">([](int x) { return 3 * x; }),
                             [&](int x) { seen.push_back(x); }, {.workers = workers});
  CHECK(report.workers == workers);
  CHECK(report.read == 200);
  CHECK(report.delivered == 200);
  CHECK(report.failed == 0);
  REQUIRE(seen.size() == 200);
  for (int i = 0; i < 200; ++i) CHECK(seen[static_cast<std::size_t>(i)] == 3 * i);
}

TEST_CASE("Batches gather what is on its way", "[threads]") {
  const Budget budget(2);
  const int workers = GENERATE(1, 2);
  std::vector<std::size_t> sizes;
  std::vector<int> seen;
  const auto report =
      stream(from(numbers(20)) | named<"net">(batch(8, 1s, serial([&](const std::vector<int>& items) {
                                                      sizes.push_back(items.size());
                                                      return std::vector<int>(items);
                                                    }))),
             [&](int x) { seen.push_back(x); }, {.workers = workers, .in_flight = 16});
  CHECK(seen == numbers(20));
  CHECK(report.wall < 900ms);
  CHECK(std::accumulate(sizes.begin(), sizes.end(), std::size_t{0}) == 20);
  CHECK(*std::max_element(sizes.begin(), sizes.end()) == 8);
  CHECK(sizes.size() <= 5);
}

TEST_CASE("A throwing item becomes an error with stage and input, the others go on", "[threads]") {
  const Budget budget(2);
  std::vector<std::string> errors;
  int good = 0;
  const auto report =
      stream(from(numbers(100)) | named<"odd">([](int x) {
               if (x % 10 == 3) throw ArgumentError("is a three");
               return x;
             }),
             [&](const Outcome<int>& item) {
               if (item) {
                 ++good;
               } else {
                 errors.push_back(item.error().stage + "/" + item.error().input + "/" + item.error().reason);
               }
             },
             {.workers = 2});
  CHECK(good == 90);
  REQUIRE(errors.size() == 10);
  CHECK(errors[1] == "odd/13/is a three");
  CHECK(report.failed == 10);
  CHECK(report.stages[1].name == "odd");
  CHECK(report.stages[1].errors == 10);
}

TEST_CASE("No more items are in flight than were asked for, and a slow sink slows the source", "[threads]") {
  const Budget budget(3);
  const std::size_t bound = GENERATE(1U, 4U);
  std::atomic<int> now = 0;
  std::atomic<int> most = 0;
  int next = 0;
  const auto report = stream(from([&]() -> std::optional<int> {
                               if (next == 60) return std::nullopt;
                               const int live = ++now;
                               most = std::max<int>(most, live);
                               return next++;
                             }) | filter([](int x) { return x; }),
                             [&](int) {
                               std::this_thread::sleep_for(200us);
                               --now;
                             },
                             {.workers = 3, .in_flight = bound});
  CHECK(report.delivered == 60);
  CHECK(most <= static_cast<int>(bound));
  CHECK(now == 0);
}

TEST_CASE("A serial stage is in one thread at a time, in order; without order, items may overtake",
          "[threads]") {
  const Budget budget(4);
  const bool ordered = GENERATE(true, false);
  std::atomic<int> inside = 0;
  std::vector<int> order;
  std::vector<int> seen;
  const auto report = stream(from(numbers(150)) | filter([](int x) {
                               if (x % 5 == 0) std::this_thread::sleep_for(400us);
                               return x;
                             }) | named<"one">(serial([&](int x) {
                               CHECK(++inside == 1);
                               order.push_back(x);
                               --inside;
                               return x;
                             })) |
                                 filter([](int x) {
                                   if (x % 3 == 0) std::this_thread::sleep_for(200us);
                                   return x;
                                 }),
                             into(seen), {.workers = 4, .ordered = ordered});
  CHECK(report.delivered == 150);
  if (ordered) {
    CHECK(order == numbers(150));
    CHECK(seen == numbers(150));
  } else {
    std::sort(order.begin(), order.end());
    std::sort(seen.begin(), seen.end());
    CHECK(order == numbers(150));
    CHECK(seen == numbers(150));
  }
}

TEST_CASE("Errors at every stage of a stream are all reported, and nothing is lost", "[threads]") {
  const Budget budget(4);
  const int workers = GENERATE(1, 2, 4);
  int next = 0;
  const auto fails_at = [](const char* stage, int digit) {
    return [stage, digit](int x) {
      if (x % 10 == digit) throw Error(stage);
      return x;
    };
  };
  std::vector<int> good;
  std::map<std::string, int> errors;
  const auto report = stream(from([&]() -> std::optional<int> {
                               if (next == 300) return std::nullopt;
                               const int x = next++;
                               if (x % 10 == 0) throw Error("from source");
                               return x;
                             }) | named<"a">(fails_at("from a", 1)) |
                                 named<"b">(serial(fails_at("from b", 2))) |
                                 named<"c">(batch(4, 1ms,
                                                  [&](const std::vector<int>& many) {
                                                    for (const int x : many) fails_at("from c", 3)(x);
                                                    return many;
                                                  })) |
                                 named<"d">(fails_at("from d", 4)),
                             [&](const Outcome<int>& item) {
                               if (!item) {
                                 ++errors[item.error().stage];
                                 return;
                               }
                               if (item.value() % 10 == 5) throw Error("from sink");
                               good.push_back(item.value());
                             },
                             {.workers = workers, .in_flight = 12, .keep_errors = 1000});
  CHECK(report.read == 300);
  CHECK(report.failed == 180);
  CHECK(report.delivered == 120);
  CHECK(good.size() == 120);
  CHECK(std::is_sorted(good.begin(), good.end()));
  CHECK(errors == std::map<std::string, int>{{"a", 30}, {"b", 30}, {"c", 30}, {"d", 30}, {"source", 30}});
  CHECK(report.errors.size() == 180);
  for (const StageReport& stage : report.stages) CHECK(stage.errors == 30);
}

TEST_CASE("A stream can be cancelled at every stage; the sink is flushed", "[threads]") {
  const Budget budget(4);
  const int workers = GENERATE(1, 4);
  const int stage = GENERATE(0, 1, 2, 3, 4);
  std::atomic<bool> stop = false;
  const auto stops_in = [&](int which) {
    return [&stop, stage, which](int x) {
      if (stage == which && x == 50) stop = true;
      return x;
    };
  };
  struct Sink {
    std::vector<int> seen;
    int flushed = 0;
    std::function<int(int)> look;
    void operator()(int x) { seen.push_back(look(x)); }
    void flush() { ++flushed; }
  } sink{.seen = {}, .look = stops_in(4)};
  int next = 0;
  const auto report = stream(from([&]() -> std::optional<int> { return stops_in(0)(next++); }) |
                                 filter(stops_in(1)) | serial(stops_in(2)) | batch(3, 5ms, each(stops_in(3))),
                             sink, {.workers = workers, .stop = [&] { return stop.load(); }});
  CHECK(report.cancelled);
  CHECK(sink.flushed == 1);
  CHECK(sink.seen.size() == report.delivered);
  CHECK(report.read == report.delivered + report.dropped);
  CHECK(report.delivered >= 40); // what was in flight before item 50 may be dropped, not more
  CHECK(report.delivered <= 51 + 11);
  CHECK(std::is_sorted(sink.seen.begin(), sink.seen.end()));
}

TEST_CASE("A batch waits no longer than it was told, though the source waits for more", "[threads]") {
  const Budget budget(2);
  const int workers = GENERATE(1, 2);
  std::atomic<int> seen = 0;
  int next = 0;
  // The third item comes only when the first two have arrived.
  const auto report = stream(from([&]() -> std::optional<int> {
                               if (next == 2) {
                                 while (seen < 2) std::this_thread::yield();
                               }
                               if (next == 3) return std::nullopt;
                               return next++;
                             }) | batch(8, 2ms, [](const std::vector<int>& many) { return many; }),
                             [&](int) { ++seen; }, {.workers = workers});
  CHECK(report.delivered == 3);
}

TEST_CASE("Workers share the thread budget, and a leasing stage has its own part", "[threads]") {
  const Budget budget(6);
  std::atomic<int> plain = 0;
  std::atomic<int> network = 0;
  const auto report = stream(from(numbers(20)) | filter([&](int x) {
                               plain = thread_count();
                               return x;
                             }) |
                                 named<"network">(leasing(4,
                                                          [&](int x) {
                                                            network = thread_count();
                                                            return x;
                                                          })),
                             [](int) {}, {.workers = 2});
  CHECK(report.workers == 2);
  CHECK(plain == 1); // of 6, 3 are set aside
  CHECK(network == 4);
  CHECK(thread_count() == 6);
  CHECK(stream(from(numbers(4)), [](int) {}, {.workers = 2}).threads_per_worker == 3);
  CHECK(stream(from(numbers(4)), [](int) {}, {.workers = 100}).workers == 6);
  const ThreadLease narrow(2);
  CHECK(stream(from(numbers(4)), [](int) {}).workers == 2);
  CHECK_THROWS_AS(stream(from(numbers(1)) | leasing(7, [](int x) { return x; }), [](int) {}), ArgumentError);
}

TEST_CASE("What progress, stop and flush throw ends the stream and comes out", "[threads]") {
  const Budget budget(2);
  const auto run = [](const StreamOptions& options) { stream(from(numbers(100)), [](int) {}, options); };
  CHECK_THROWS_WITH(run({.workers = 2, .progress = [](const StreamProgress&) { throw Error("no more"); }}),
                    "no more");
  CHECK_THROWS_WITH(run({.workers = 2, .stop = []() -> bool { throw Error("never"); }}), "never");
  struct Sink {
    void operator()(int) {}
    void flush() { throw Error("disk full"); }
  };
  CHECK_THROWS_WITH(stream(from(numbers(3)), Sink()), "disk full");
}

TEST_CASE("A stream reports progress, latencies, queues and a trace") {
  const test::TemporaryFolder folder;
  const Budget budget(2);
  StreamProgress last;
  const auto report = stream(from(numbers(10)) | named<"sleep">([](int x) {
                               std::this_thread::sleep_for(1ms);
                               return x;
                             }),
                             [](int) {},
                             {.workers = 2,
                              .progress = [&](const StreamProgress& now) { last = now; },
                              .trace = folder / "trace.json"});
  CHECK(last.delivered == 10);
  CHECK(last.in_flight == 0);
  REQUIRE(report.stages.size() == 3);
  CHECK(report.stages[0].name == "source");
  CHECK(report.stages[1].calls == 10);
  CHECK(report.stages[1].p50 >= 1ms);
  CHECK(report.stages[1].p50 <= report.stages[1].longest);
  CHECK_THAT(report.text(), Catch::Contains("sleep") && Catch::Contains("10 read, 10 delivered, 0 failed"));
  const auto trace = nlohmann::json::parse(read_text(folder / "trace.json"));
  int sleeps = 0;
  for (const auto& event : trace["traceEvents"]) {
    CHECK(event["ph"] == "X");
    if (event["name"] != "sleep") continue;
    ++sleeps;
    CHECK(event["dur"].get<double>() >= 1000); // microseconds
  }
  CHECK(sleeps == 10);
}
