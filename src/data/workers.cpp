#include "mammo/data/workers.hpp"

#include "mammo/core/threads.hpp"

#include <utility>

namespace mammo::data::detail {
namespace {

// The handler has ended when this returns: the exception then belongs to who holds the pointer.
template <class F>
std::exception_ptr exception_of(F f) {
  try {
    f();
    return nullptr;
  } catch (...) {
    return std::current_exception();
  }
}

} // namespace

Workers::Workers(int threads) {
  try {
    for (int i = 0; i < threads; ++i) threads_.emplace_back([this] { work(); });
  } catch (...) {
    stop(); // or those already started would never be joined
    throw;
  }
}

Workers::~Workers() {
  stop();
}

void Workers::stop() {
  const std::scoped_lock lock(mutex_);
  stopping_ = true;
  submitted_.notify_all();
}

void Workers::submit(Job& job) {
  const std::scoped_lock lock(mutex_);
  queue_.push_back(&job);
  submitted_.notify_all();
}

void Workers::wait(const Job& job) {
  std::unique_lock lock(mutex_);
  if (!threads_.empty()) {
    done_.wait(lock, [&] { return job.done_; });
    return;
  }
  // One thread here too: sums split by the thread count give other bits.
  const SequentialScope sequential;
  announce_thread_count();
  while (!job.done_) make_next_part(lock);
}

void Workers::work() {
  const SequentialScope sequential;
  announce_thread_count();
  std::unique_lock lock(mutex_);
  while (true) {
    submitted_.wait(lock, [&] { return stopping_ || !queue_.empty(); });
    if (stopping_) return;
    make_next_part(lock);
  }
}

// Called with the lock held, which is released while user code runs. Once a job is done nothing here touches
// it.
void Workers::make_next_part(std::unique_lock<std::mutex>& lock) {
  Job& job = *queue_.front();
  const std::size_t part = job.begun_++;
  ++job.running_;
  if (job.begun_ == job.parts_) queue_.pop_front();

  lock.unlock();
  std::exception_ptr error = exception_of([&] { job.make(part); });
  lock.lock();

  --job.running_;
  if (error && (!job.error_ || part < *job.failed_part_)) {
    job.error_ = std::move(error);
    job.failed_part_ = part;
    job.parts_ = job.begun_;
    std::erase(queue_, &job);
  }
  if (job.running_ > 0 || job.begun_ < job.parts_) return;

  if (!job.error_) {
    lock.unlock();
    error = exception_of([&] { job.finish(); });
    lock.lock();
    job.error_ = std::move(error);
  }
  job.done_ = true;
  done_.notify_all();
}

} // namespace mammo::data::detail
