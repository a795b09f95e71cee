#include "mammo/backend/dispatch.hpp"
#include "mammo/core/memory.hpp"
#include "mammo/core/threads.hpp"
#include "tests/ops/comparison.hpp"
#include "tests/ops/op_case.hpp"

#include <atomic>
#include <set>
#include <thread>

#include <catch2/catch.hpp>

using namespace mammo;

namespace {

#if defined(__SANITIZE_THREAD__)
constexpr bool thread_sanitizer = true;
#else
constexpr bool thread_sanitizer = false;
#endif

bool same_outputs(const std::vector<Tensor>& a, const std::vector<Tensor>& b) {
  for (std::size_t i = 0; i < a.size(); ++i) {
    if (!test::same_bytes(a[i], b[i])) return false;
  }
  return a.size() == b.size();
}

} // namespace

TEST_CASE("plans may run in several threads at once", "[threads]") {
  for (const std::string& backend : backend_names()) {
    // oneDNN runs on libgomp, whose locks the sanitizer does not see.
    if (thread_sanitizer && backend == "onednn") continue;
    std::set<std::string> done;
    for (const auto& c : test::op_cases()) {
      if (!done.insert(c.file).second) continue;
      const auto inputs = c.inputs_as(DType::f32);
      const auto run = [&] {
        const ThreadLease one(1);
        const ExecutionScope scope({.backend = backend});
        return dispatch(c.operation, inputs);
      };
      // oneDNN is in the others' order of fallback too.
      if (thread_sanitizer && backend != "reference" && !c.is_integer()) {
        const ThreadLease one(1);
        Signature signature{.operation = c.operation, .inputs = {}};
        for (const Tensor& t : inputs) {
          signature.inputs.push_back({t.defined() ? t.shape() : Shape{}, t.defined() ? t.dtype() : DType::f32,
                                      Layout::row_major, t.defined()});
        }
        if (!find_backend(backend)->plan(signature)) continue;
      }
      const auto expected = run();
      std::atomic<int> different = 0;
      {
        std::vector<std::jthread> threads;
        for (int t = 0; t < 4; ++t) {
          threads.emplace_back([&] {
            for (int i = 0; i < 3; ++i) different += same_outputs(run(), expected) ? 0 : 1;
          });
        }
      }
      INFO(c.title() << " on " << backend);
      CHECK(different == 0);
    }
  }
}
