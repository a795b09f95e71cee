#pragma once

namespace mammo::onednn {

/// Gives the library `count` threads in the calling thread while it lives. A primitive must run with the
/// count that it was made for.
class LibraryThreads {
 public:
  explicit LibraryThreads(int count);
  ~LibraryThreads();
  LibraryThreads(const LibraryThreads&) = delete;
  LibraryThreads& operator=(const LibraryThreads&) = delete;

 private:
  int outer_;
  bool changed_;
};

/// Has core tell the library about thread counts, and its workers flush denormal numbers. Call it once.
void follow_thread_budget();

} // namespace mammo::onednn
