#pragma once

#include "mammo/pipeline/outcome.hpp"

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

namespace mammo::pipeline {

/// How one stage of a stream fared. The source and the sink are the first and the last.
struct StageReport {
  std::string name;
  std::uint64_t calls = 0; ///< items that it was called with; a batch counts once
  std::uint64_t errors = 0;
  std::chrono::nanoseconds busy{0}; ///< all calls together
  std::chrono::nanoseconds p50{0};  ///< percentiles of a call
  std::chrono::nanoseconds p90{0};
  std::chrono::nanoseconds p99{0};
  std::chrono::nanoseconds longest{0};
  std::size_t most_waiting = 0; ///< items that queued before it at one time, for their turn or their batch
  double mean_waiting = 0;      ///< of the queue as each item found it
};

struct StreamReport {
  std::uint64_t read = 0;      ///< items that the source gave or failed to give
  std::uint64_t delivered = 0; ///< values that the sink took
  std::uint64_t failed = 0;    ///< items that became an error
  std::uint64_t dropped = 0;   ///< items in flight when the stream was cancelled
  bool cancelled = false;
  int workers = 0;
  int threads_per_worker = 0;
  std::chrono::nanoseconds wall{0};
  std::vector<StageReport> stages;
  std::vector<ItemError> errors; ///< the first of them (StreamOptions::keep_errors)

  /// A table for people: a line a stage.
  std::string text() const;
};

/// Where a stream is.
struct StreamProgress {
  std::uint64_t read = 0;
  std::uint64_t delivered = 0;
  std::uint64_t failed = 0;
  std::size_t in_flight = 0;
  std::chrono::nanoseconds elapsed{0};
};

} // namespace mammo::pipeline
