#pragma once

#include "mammo/pipeline/stream_report.hpp"

#include <chrono>
#include <cstddef>
#include <filesystem>
#include <functional>

namespace mammo::pipeline {

/// Of `stream`. Zero stands for a choice of ours.
struct StreamOptions {
  /// Threads that carry items, the calling one among them. Never more than the thread budget has, less what
  /// `leasing` stages set aside. 0: as many.
  int workers = 0;
  /// Items between source and sink at one time, which bounds the memory. 0: two a worker, and as many more as
  /// the batches take.
  std::size_t in_flight = 0;
  /// The sink and serial stages see items in the source's order; else in the order in which they come.
  bool ordered = true;
  /// Of the budget, for a parallel region inside a stage. 0: what each worker's share is.
  int threads_per_worker = 0;

  /// Asked between stages and before each item; true cancels: items in flight are dropped where they are,
  /// what the sink took stays, and it is flushed. Called by any worker.
  std::function<bool()> stop = {};
  /// Called at most every `progress_every`, and at the end, by one worker at a time.
  std::function<void(const StreamProgress&)> progress = {};
  std::chrono::milliseconds progress_every{100};
  /// Writes what ran when as Chrome's trace events (chrome://tracing, ui.perfetto.dev). Empty: none.
  std::filesystem::path trace = {};
  /// Errors that the report lists; all are counted.
  std::size_t keep_errors = 100;
};

} // namespace mammo::pipeline
