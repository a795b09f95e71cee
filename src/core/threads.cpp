#include "mammo/core/threads.hpp"

#include <algorithm>
#include <condition_variable>
#include <exception>
#include <mutex>
#include <vector>

#include <sched.h>

#if defined(__SSE2__)
#include <pmmintrin.h>
#endif

#include "mammo/core/error.hpp"
#include "mammo/core/thread_share.hpp"

#if defined(MAMMO_PARALLEL_STD)
#include <thread>
#else
#include <omp.h>
#endif

namespace mammo {
namespace {

struct Budget {
  std::mutex mutex;
  std::condition_variable freed;
  int total = 1;
  int leased = 0;
  std::vector<std::function<void(int)>> listeners;

  Budget() {
    cpu_set_t allowed;
    CPU_ZERO(&allowed);
    if (sched_getaffinity(0, sizeof allowed, &allowed) == 0) total = std::max(1, CPU_COUNT(&allowed));
  }
};

Budget& budget() {
  static Budget* instance = new Budget;
  return *instance;
}

thread_local int leased_here = 0;    // 0: none, the whole budget counts
thread_local int announced_here = 0; // what the libraries were told last in this thread
thread_local std::size_t listeners_told = 0;
thread_local bool inside_parallel = false;

// Denormal numbers cost a hundred cycles each and carry nothing that a network's output shows.
void flush_denormals() {
#if defined(__SSE2__)
  _MM_SET_FLUSH_ZERO_MODE(_MM_FLUSH_ZERO_ON);
  _MM_SET_DENORMALS_ZERO_MODE(_MM_DENORMALS_ZERO_ON);
#endif
}

class FirstException {
 public:
  template <class F>
  void guard(F f) {
    try {
      f();
    } catch (...) {
      const std::scoped_lock lock(mutex_);
      if (!first_) first_ = std::current_exception();
    }
  }
  void rethrow() const {
    if (first_) std::rethrow_exception(first_);
  }

 private:
  std::mutex mutex_;
  std::exception_ptr first_;
};

} // namespace

int thread_budget() {
  const std::scoped_lock lock(budget().mutex);
  return budget().total;
}

void set_thread_budget(int n) {
  require<ArgumentError>(n >= 1 && n <= 1024, "thread budget ", n, ", expected 1 to 1024");
  const std::scoped_lock lock(budget().mutex);
  budget().total = n;
  budget().freed.notify_all();
}

int thread_count() {
  if (inside_parallel) return 1;
  return leased_here > 0 ? leased_here : thread_budget();
}

void on_thread_count(std::function<void(int)> tell) {
  const std::scoped_lock lock(budget().mutex);
  budget().listeners.push_back(std::move(tell));
}

void announce_thread_count() {
  flush_denormals();
  const int count = thread_count();
  std::vector<std::function<void(int)>> listeners;
  {
    const std::scoped_lock lock(budget().mutex);
    if (announced_here == count && listeners_told == budget().listeners.size()) return;
    listeners = budget().listeners;
  }
  for (const auto& tell : listeners) tell(count);
  announced_here = count;
  listeners_told = listeners.size();
}

ThreadLease::ThreadLease(int k) : outer_(leased_here) {
  Budget& b = budget();
  std::unique_lock lock(b.mutex);
  // The budget may shrink while we wait: a lease that no longer fits must not wait for ever.
  const auto fits = [&] {
    require<ArgumentError>(k >= 1 && k <= b.total, "lease of ", k, " threads, expected 1 to ", b.total);
    return b.leased + k <= b.total;
  };
  fits();
  if (outer_ > 0 || inside_parallel) {
    leased_here = outer_ > 0 ? std::min(outer_, k) : 1;
    return;
  }
  b.freed.wait(lock, fits);
  b.leased += k;
  taken_ = k;
  leased_here = k;
}

ThreadLease::~ThreadLease() {
  leased_here = outer_;
  if (taken_ == 0) return;
  const std::scoped_lock lock(budget().mutex);
  budget().leased -= taken_;
  budget().freed.notify_all();
}

SequentialScope::SequentialScope() : outer_(leased_here) {
  leased_here = 1;
}

SequentialScope::~SequentialScope() {
  leased_here = outer_;
}

ThreadShare::ThreadShare(int k) : outer_(leased_here) {
  require<ArgumentError>(k >= 1, "share of ", k, " threads, expected 1 or more");
  leased_here = k;
}

ThreadShare::~ThreadShare() {
  leased_here = outer_;
}

namespace detail {

void parallel_ranges(std::int64_t begin, std::int64_t end, std::int64_t grain, const void* body,
                     RangeCall call) {
  if (begin >= end) return;
  const std::int64_t length = end - begin;
  const std::int64_t most = length / std::max<std::int64_t>(grain, 1);
  const auto parts = static_cast<int>(std::min<std::int64_t>(thread_count(), most));
  if (parts <= 1) {
    call(body, begin, end);
    return;
  }
  FirstException failure;
  const auto run_part = [&](int part) {
    inside_parallel = true;
    flush_denormals();
    // The first `length % parts` ranges are one longer than the others.
    const auto start = [&](int p) {
      return begin + length / parts * p + std::min<std::int64_t>(p, length % parts);
    };
    failure.guard([&] { call(body, start(part), start(part + 1)); });
    inside_parallel = false;
  };
#if defined(MAMMO_PARALLEL_STD)
  {
    std::vector<std::jthread> workers;
    for (int part = 1; part < parts; ++part) workers.emplace_back(run_part, part);
    run_part(0);
  }
#else
#pragma omp parallel num_threads(parts)
  {
    // The runtime may give fewer threads than asked for: each takes every n-th part.
    for (int part = omp_get_thread_num(); part < parts; part += omp_get_num_threads()) run_part(part);
  }
#endif
  failure.rethrow();
}

} // namespace detail
} // namespace mammo
