#pragma once

#include "mammo/pipeline/latency.hpp"
#include "mammo/pipeline/stream_engine.hpp"
#include "mammo/pipeline/stream_report.hpp"

#include <algorithm>
#include <atomic>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <utility>
#include <vector>

namespace mammo::pipeline::detail {

/// Items that wait before a stage for their turn or their batch. Under the engine's lock.
struct StageQueue {
  struct Entry {
    std::uint64_t key = 0; ///< of the turn: the item's index, or its number among the arrivals
    std::size_t slot = 0;
    bool operator>(const Entry& other) const { return key > other.key; }
  };

  void push(Entry entry) {
    entries.push_back(entry);
    std::ranges::push_heap(entries, std::greater<>());
    most = std::max(most, entries.size());
  }
  std::size_t pop() {
    std::ranges::pop_heap(entries, std::greater<>());
    const std::size_t slot = entries.back().slot;
    entries.pop_back();
    return slot;
  }

  std::vector<Entry> entries; // a heap, the next one in front
  std::size_t most = 0;
};

struct StageState {
  explicit StageState(StageTraits t) : traits(std::move(t)) {}

  StageReport report() const;

  StageTraits traits;
  LatencyHistogram latency;
  std::atomic<std::uint64_t> errors = 0;

  // Under the engine's lock.
  bool busy = false;          // a serial one is at work
  std::uint64_t turn = 0;     // of an ordered serial one: the index it waits for
  std::uint64_t arrivals = 0; // items that came
  std::uint64_t found = 0;    // sum of the queue's lengths that they found
  StageQueue queue;
  std::chrono::steady_clock::time_point gathering_since; // of a batch: when its first item came
};

} // namespace mammo::pipeline::detail
