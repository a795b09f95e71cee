#include "pipeline/workers.hpp"

#include <limits>

// The thread sanitizer's build has loops and workers on std::thread: it cannot see what oneTBB's own code,
// which it did not compile, hands from thread to thread.
#if defined(MAMMO_PARALLEL_STD)
#include <thread>
#include <vector>
#elif MAMMO_WITH_TBB
#include <oneapi/tbb/global_control.h>
#include <oneapi/tbb/task_arena.h>
#include <oneapi/tbb/task_group.h>
#endif

namespace mammo::pipeline::detail {

#if defined(MAMMO_PARALLEL_STD)

int most_workers() {
  return std::numeric_limits<int>::max();
}

void run_workers(int count, const std::function<void()>& body) {
  std::vector<std::jthread> others;
  for (int i = 1; i < count; ++i) others.emplace_back(body);
  body();
}

#elif MAMMO_WITH_TBB

int most_workers() {
  return std::numeric_limits<int>::max();
}

void run_workers(int count, const std::function<void()>& body) {
  if (count <= 1) return body();
  using oneapi::tbb::global_control;
  const global_control threads(global_control::max_allowed_parallelism, static_cast<std::size_t>(count));
  oneapi::tbb::task_arena arena(count);
  arena.execute([&] {
    // Isolated: a stage that waits for parallel work of its own must not be given another worker's loop.
    oneapi::tbb::task_group group;
    for (int i = 1; i < count; ++i) group.run([&] { oneapi::tbb::this_task_arena::isolate(body); });
    oneapi::tbb::this_task_arena::isolate(body);
    group.wait();
  });
}

#else

int most_workers() {
  return 1;
}

void run_workers(int /*count*/, const std::function<void()>& body) {
  body();
}

#endif

} // namespace mammo::pipeline::detail
