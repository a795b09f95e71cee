#include "mammo/backend/dispatch.hpp"
#include "mammo/core/threads.hpp"
#include "tests/backend/probe_backend.hpp"

#include <array>

#include <catch2/catch.hpp>

using namespace mammo;
using test::first_probe;

namespace {

// Lets the first probe plan everything, and counts the plans it makes for x of `size` elements.
int plans_for(std::int64_t size) {
  const int before = first_probe().plans_made();
  dispatch_one(Unary{}, std::array{Tensor::zeros({size})});
  return first_probe().plans_made() - before;
}

struct ProbedDispatcher : test::FreshDispatcher {
  ProbedDispatcher() {
    first_probe().accept([](const Signature&) { return true; });
  }
};

} // namespace

TEST_CASE("a plan is made once and found again") {
  const ProbedDispatcher fresh;
  CHECK(plans_for(3) == 1);
  CHECK(plans_for(3) == 0);
  CHECK(plans_for(4) == 1);
  const auto statistics = plan_cache_statistics();
  CHECK(statistics.size == 2);
  CHECK(statistics.hits == 1);
  CHECK(statistics.misses == 2);
  clear_plan_cache();
  CHECK(plan_cache_statistics().size == 0);
  CHECK(plans_for(3) == 1);
}

TEST_CASE("the plan that was used longest ago goes first") {
  const ProbedDispatcher fresh;
  set_plan_cache_capacity(3);
  for (const std::int64_t size : {1, 2, 3}) CHECK(plans_for(size) == 1);
  CHECK(plans_for(1) == 0); // now 2 is the oldest
  CHECK(plans_for(4) == 1);
  CHECK(plan_cache_statistics().size == 3);
  CHECK(plans_for(1) == 0);
  CHECK(plans_for(3) == 0);
  CHECK(plans_for(2) == 1);
}

TEST_CASE("a smaller capacity drops plans at once, and none at all still works") {
  const ProbedDispatcher fresh;
  for (std::int64_t size = 1; size <= 10; ++size) plans_for(size);
  set_plan_cache_capacity(2);
  CHECK(plan_cache_statistics().size == 2);
  CHECK(plans_for(10) == 0);
  set_plan_cache_capacity(0);
  CHECK(plans_for(10) == 1);
  CHECK(plan_cache_statistics().size == 0);
}

TEST_CASE("threads, determinism, strictness and the backend named have plans of their own") {
  const ProbedDispatcher fresh;
  const int before = thread_budget();
  set_thread_budget(4);
  CHECK(plans_for(3) == 1);
  {
    const ThreadLease lease(2);
    CHECK(plans_for(3) == 1);
  }
  {
    const ExecutionScope scope({.deterministic = false});
    CHECK(plans_for(3) == 1);
  }
  {
    const ExecutionScope scope({.strict = true});
    CHECK(plans_for(3) == 1);
  }
  {
    const ExecutionScope scope({.backend = "first probe"});
    CHECK(plans_for(3) == 1);
  }
  CHECK(plans_for(3) == 0);
  set_thread_budget(before);
}
