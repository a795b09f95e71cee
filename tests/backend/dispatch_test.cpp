#include "mammo/backend/dispatch.hpp"
#include "mammo/core/error.hpp"
#include "mammo/core/log.hpp"
#include "mammo/core/memory.hpp"
#include "mammo/core/threads.hpp"
#include "tests/backend/probe_backend.hpp"

#include <algorithm>
#include <array>
#include <thread>

#include <catch2/catch.hpp>

using namespace mammo;
using test::first_probe;
using test::second_probe;

namespace {

const auto everything = [](const Signature&) { return true; };
const auto row_major_only = [](const Signature& s) { return s.inputs[0].layout == Layout::row_major; };

float negated(const Tensor& x) {
  return dispatch_one(Unary{.kind = UnaryKind::neg}, std::array{x}).plain().data<float>()[0];
}

} // namespace

TEST_CASE("the built-in backends are asked in the documented order") {
  const test::FreshDispatcher fresh;
  const auto names = backend_names();
  const auto at = [&](const char* name) { return std::ranges::find(names, name) - names.begin(); };
  CHECK(names.back() == "reference");
  CHECK(at("cpu") < at("reference"));
  if (find_backend("onednn")) CHECK(at("cpu") < at("onednn"));
  CHECK(find_backend("reference")->name() == "reference");
  CHECK(find_backend("nonsense") == nullptr);
}

TEST_CASE("the backend registered last is asked first, the others take what it lacks") {
  const test::FreshDispatcher fresh;
  const Tensor x = Tensor::full({2}, 5);
  CHECK(negated(x) == -5);
  first_probe().accept(everything);
  clear_plan_cache();
  CHECK(negated(x) == first_probe().answer());
  second_probe().accept(everything);
  clear_plan_cache();
  CHECK(negated(x) == second_probe().answer());
}

TEST_CASE("a backend named is asked first") {
  const test::FreshDispatcher fresh;
  const Tensor x = Tensor::full({2}, 5);
  first_probe().accept(everything);
  second_probe().accept(everything);
  {
    const ExecutionScope scope({.backend = "first probe"});
    CHECK(negated(x) == first_probe().answer());
    const ExecutionScope inner({.backend = "reference"});
    CHECK(negated(x) == -5);
  }
  CHECK(negated(x) == second_probe().answer());
  // What the named backend lacks falls to the others.
  first_probe().accept({});
  clear_plan_cache();
  const ExecutionScope scope({.backend = "first probe"});
  CHECK(negated(x) == second_probe().answer());
}

TEST_CASE("strict mode leaves out reference unless it is named") {
  const test::FreshDispatcher fresh;
  const Tensor x = Tensor::full({1, 2, 3, 3}, 1, {.dtype = DType::f64});
  const Tensor w = Tensor::full({2, 1, 2, 2}, 1, {.dtype = DType::f64});
  const std::array inputs{x, w, Tensor(), Tensor()};
  const Operation grouped = Conv2d{.groups = 2};
  {
    const ExecutionScope scope({.strict = true});
    CHECK_THROWS_AS(dispatch_one(grouped, inputs), NotImplemented);
    CHECK_THROWS_WITH(dispatch_one(grouped, inputs),
                      Catch::Contains("conv2d f64 [1, 2, 3, 3]") && Catch::Contains("strict"));
  }
  CHECK(dispatch_one(grouped, inputs).data<double>()[0] == 4);
  const ExecutionScope scope({.backend = "reference", .strict = true});
  CHECK(dispatch_one(grouped, inputs).data<double>()[0] == 4);
}

TEST_CASE("strict mode has nothing against reference where there is nothing to compute") {
  const test::FreshDispatcher fresh;
  std::vector<std::string> lines;
  set_log_sink([&](LogLevel, const std::string& line) { lines.push_back(line); });
  {
    const ExecutionScope scope({.strict = true});
    const auto kept = dispatch(Nms{}, std::array{Tensor::zeros({0, 4}), Tensor::zeros({0})});
    CHECK(kept[1].data<std::int64_t>()[0] == 0);
    CHECK(dispatch(TopK{.k = 0}, std::array{Tensor::zeros({3})})[0].numel() == 0);
    CHECK(dispatch_one(Reduce{.dims = {0}}, std::array{Tensor::zeros({0, 3})}).plain().data<float>()[2] == 0);
  }
  set_log_sink({});
  CHECK(lines.empty());
}

TEST_CASE("the use of reference where it was not asked for is logged once an operation") {
  const test::FreshDispatcher fresh;
  std::vector<std::string> lines;
  set_log_sink([&](LogLevel, const std::string& line) { lines.push_back(line); });
  const Tensor x = Tensor::full({1, 3}, 1, {.dtype = DType::f64});
  for (const std::int64_t features : {1, 2, 3}) {
    const Tensor w = Tensor::full({features, 3}, 1, {.dtype = DType::f64});
    dispatch_one(Linear{}, std::array{x, w, Tensor()});
  }
  set_log_sink({});
  const auto of_reference = std::ranges::count_if(
      lines, [](const auto& line) { return line.starts_with("reference backend used"); });
  CHECK(of_reference == 1);
}

TEST_CASE("what a named backend leaves to others is logged once an operation") {
  const test::FreshDispatcher fresh;
  first_probe().accept({});
  second_probe().accept(everything);
  std::vector<std::string> lines;
  set_log_sink([&](LogLevel, const std::string& line) { lines.push_back(line); });
  {
    const ExecutionScope scope({.backend = "first probe"});
    for (const std::int64_t length : {2, 3}) {
      dispatch_one(Softmax{}, std::array{Tensor::full({length}, 1)});
    }
  }
  {
    const ExecutionScope scope({.backend = "second probe"});
    dispatch_one(Softmax{}, std::array{Tensor::full({4}, 1)});
  }
  set_log_sink({});
  REQUIRE(lines.size() == 1);
  CHECK(lines[0].starts_with("second probe backend used for softmax f32 [2]"));
  CHECK(lines[0].ends_with(", which first probe lacks"));
}

TEST_CASE("options of a scope hold for its thread only, and end with it") {
  const test::FreshDispatcher fresh;
  set_execution_options({.strict = true});
  {
    const ExecutionScope scope({.backend = "reference", .deterministic = false});
    CHECK(execution_options().backend == "reference");
    CHECK_FALSE(execution_options().deterministic);
    ExecutionOptions elsewhere;
    std::jthread([&] { elsewhere = execution_options(); }).join();
    CHECK(elsewhere == ExecutionOptions{.strict = true});
  }
  CHECK(execution_options() == ExecutionOptions{.strict = true});
}

TEST_CASE("a backend that is not there is named with those that are") {
  const test::FreshDispatcher fresh;
  CHECK_THROWS_WITH(ExecutionScope({.backend = "tpu"}),
                    Catch::Contains("backend \"tpu\", expected one of auto, ") &&
                        Catch::Contains("reference"));
  CHECK_THROWS_AS(set_execution_options({.backend = ""}), ArgumentError);
  CHECK(execution_options().backend == "auto");
}

TEST_CASE("a backend that takes the layout at hand is preferred to making row-major twins") {
  const test::FreshDispatcher fresh;
  const Tensor blocked = Tensor::full({1, 8, 2, 2}, 5, {.layout = Layout::nChw8c});
  second_probe().accept(row_major_only);
  first_probe().accept(everything);
  CHECK(negated(blocked) == first_probe().answer());
  CHECK(first_probe().layout_run() == Layout::nChw8c);
}

TEST_CASE("where no backend takes the layouts, row-major twins are handed over") {
  const test::FreshDispatcher fresh;
  const Tensor blocked = Tensor::full({1, 8, 2, 2}, 5, {.layout = Layout::nChw16c});
  second_probe().accept(row_major_only);
  const ExecutionScope scope({.backend = "second probe"});
  CHECK(negated(blocked) == second_probe().answer());
  CHECK(second_probe().layout_run() == Layout::row_major);
  CHECK(second_probe().asked() == std::vector{Layout::nChw16c, Layout::row_major});
  // The second time the plan is found, and the twins are made all the same.
  CHECK(negated(blocked) == second_probe().answer());
  CHECK(second_probe().plans_made() == 1);
}

TEST_CASE("strided views are made dense before a plan sees them") {
  const test::FreshDispatcher fresh;
  const Tensor t = Tensor::from({1.0F, 2.0F, 3.0F, 4.0F, 5.0F, 6.0F}, {2, 3});
  for (const auto& backend : backend_names()) {
    const ExecutionScope scope({.backend = backend});
    const Tensor y = dispatch_one(Unary{.kind = UnaryKind::neg}, std::array{t.transpose(0, 1)}).plain();
    CHECK(y.shape() == Shape{3, 2});
    CHECK(y.data<float>()[1] == -4);
  }
}

TEST_CASE("wrong arguments are refused before any backend is asked") {
  const test::FreshDispatcher fresh;
  first_probe().accept(everything);
  CHECK_THROWS_AS(dispatch_one(Softmax{.dim = 2}, std::array{Tensor::zeros({2, 2})}), ShapeError);
  CHECK_THROWS_AS(dispatch_one(Unary{}, std::array{Tensor()}), ArgumentError);
  CHECK(first_probe().asked().empty());
}

TEST_CASE("workspaces and outputs are counted and freed") {
  const test::FreshDispatcher fresh;
  const Tensor x = Tensor::full({4096}, 5);
  negated(x);
  const std::size_t before = memory::bytes_in_use();
  const MemoryScope scope;
  negated(x);
  CHECK(memory::bytes_in_use() == before);
  CHECK(scope.peak_bytes() >= 4096 * sizeof(float));
}

TEST_CASE("threads may dispatch at once, while plans are being forgotten", "[threads]") {
  const test::FreshDispatcher fresh;
  first_probe().accept([](const Signature& s) { return s.inputs[0].shape[0] % 2 == 0; });
  std::atomic<int> wrong = 0;
  {
    std::vector<std::jthread> threads;
    for (int t = 0; t < 4; ++t) {
      threads.emplace_back([&, t] {
        const ThreadLease one(1);
        const ExecutionScope scope({.backend = t % 2 == 0 ? "first probe" : "reference"});
        for (std::int64_t i = 0; i < 200; ++i) {
          const std::int64_t size = 1 + i % 20;
          const bool probed = t % 2 == 0 && size % 2 == 0;
          if (t % 2 == 0 && !probed) continue;
          const float y = negated(Tensor::full({size}, 3));
          if (y != (probed ? first_probe().answer() : -3)) ++wrong;
          if (i % 50 == 0) clear_plan_cache();
        }
      });
    }
  }
  CHECK(wrong == 0);
}
