// Streams: order, bounds, errors, cancelling, batches, what is reported.
#include "mammo/core/error.hpp"
#include "mammo/core/threads.hpp"
#include "mammo/pipeline/stream.hpp"

#include <atomic>
#include <chrono>
#include <filesystem>
#include <memory>
#include <numeric>
#include <set>
#include <string>
#include <thread>
#include <vector>

#include <catch2/catch.hpp>

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
