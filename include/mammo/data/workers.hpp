#pragma once

#include <condition_variable>
#include <cstddef>
#include <deque>
#include <exception>
#include <mutex>
#include <optional>
#include <thread>
#include <vector>

namespace mammo::data::detail {

/// Work that is made in parts, by any number of threads, and then finished by the one that made the last
/// part. The parts are begun in order; after one has failed no other is begun.
class Job {
 public:
  explicit Job(std::size_t parts) : parts_(parts) {}
  virtual ~Job() = default;
  Job(const Job&) = delete;
  Job& operator=(const Job&) = delete;

  // To be asked once the job is done.

  const std::exception_ptr& error() const { return error_; }
  /// The first part that failed; null where finish() did. Parts are begun in order, so that it is the same
  /// whatever the number of threads.
  std::optional<std::size_t> failed_part() const { return failed_part_; }

 private:
  friend class Workers;
  virtual void make(std::size_t part) = 0;
  virtual void finish() = 0;

  std::size_t parts_; // fewer after a failure: those begun
  std::size_t begun_ = 0;
  std::size_t running_ = 0;
  bool done_ = false;
  std::exception_ptr error_;
  std::optional<std::size_t> failed_part_;
};

/// Threads that do jobs in the order in which they were submitted, each part with one thread of the budget
/// (SequentialScope). Without threads, wait() does the work.
class Workers {
 public:
  explicit Workers(int threads);
  /// No part is begun any more; returns when those at work have ended.
  ~Workers();
  Workers(const Workers&) = delete;
  Workers& operator=(const Workers&) = delete;

  /// `job` must live until it is done or the workers are gone.
  void submit(Job& job);
  /// Returns when the job is done, well or badly.
  void wait(const Job& job);

 private:
  void stop();
  void work();
  void make_next_part(std::unique_lock<std::mutex>& lock);

  std::mutex mutex_;
  std::condition_variable submitted_;
  std::condition_variable done_;
  std::deque<Job*> queue_; // those with parts to begin
  bool stopping_ = false;
  std::vector<std::jthread> threads_;
};

} // namespace mammo::data::detail
