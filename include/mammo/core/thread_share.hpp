#pragma once

namespace mammo {

/// While it lives, parallel regions started by the calling thread get k threads, and a lease taken inside
/// takes nothing. The scope itself takes nothing from the budget and never waits: for threads that share out
/// a lease which another thread holds (threads.hpp), such as a stream's workers. Throws ArgumentError unless
/// k >= 1.
class ThreadShare {
 public:
  explicit ThreadShare(int k);
  ~ThreadShare();
  ThreadShare(const ThreadShare&) = delete;
  ThreadShare& operator=(const ThreadShare&) = delete;

 private:
  int outer_ = 0;
};

} // namespace mammo
