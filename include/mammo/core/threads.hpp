#pragma once

#include <cstdint>
#include <functional>

namespace mammo {

/// One budget of threads for the whole process.
///
/// Everything that runs in parallel - our own loops, oneDNN, Halide - uses `thread_count()` threads: the
/// count that the calling thread has leased, or the whole budget where it has leased none. Layers that wrap
/// a library register how to tell it.

/// Threads that the process may use; at first the processors it may run on.
int thread_budget();

/// Throws ArgumentError unless 1 <= n <= 1024. Call it before work starts; leases taken keep their size.
void set_thread_budget(int n);

/// Threads that a parallel region started by this thread gets.
int thread_count();

/// Calls `tell(n)` in each thread that runs parallel work, whenever the count for that thread has changed.
void on_thread_count(std::function<void(int)> tell);

/// Tells the registered libraries this thread's count. Backends call it before they hand work to a library.
void announce_thread_count();

/// k threads of the budget, for the calling thread, while the lease lives. Waits until they are free; the sum
/// of all leases never exceeds the budget. In a thread that holds one already, and inside parallel_for, it
/// takes nothing and only narrows the count. Throws ArgumentError unless 1 <= k <= budget.
class ThreadLease {
 public:
  explicit ThreadLease(int k);
  ~ThreadLease();
  ThreadLease(const ThreadLease&) = delete;
  ThreadLease& operator=(const ThreadLease&) = delete;

 private:
  int taken_ = 0;
  int outer_ = 0;
};

/// While it lives, parallel regions started by the calling thread run in place, and a lease taken inside
/// takes nothing. The scope itself takes nothing from the budget and never waits: for threads that work
/// beside the leased ones, such as a data loader's.
class SequentialScope {
 public:
  SequentialScope();
  ~SequentialScope();
  SequentialScope(const SequentialScope&) = delete;
  SequentialScope& operator=(const SequentialScope&) = delete;

 private:
  int outer_ = 0;
};

namespace detail {
using RangeCall = void (*)(const void* body, std::int64_t begin, std::int64_t end);
void parallel_ranges(std::int64_t begin, std::int64_t end, std::int64_t grain, const void* body,
                     RangeCall call);
} // namespace detail

/// Calls `body(first, last)` on ranges that cover [begin, end) once, in up to thread_count() threads; where
/// there are two ranges or more, each is of at least `grain`. The split depends on the sizes and the thread
/// count only. Nested calls run in place. The first exception thrown by a range is rethrown here once all
/// have ended.
template <class Body>
void parallel_for(std::int64_t begin, std::int64_t end, std::int64_t grain, const Body& body) {
  detail::parallel_ranges(begin, end, grain, &body, [](const void* b, std::int64_t first, std::int64_t last) {
    (*static_cast<const Body*>(b))(first, last);
  });
}

} // namespace mammo
