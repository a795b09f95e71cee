#pragma once

#include "mammo/app/analysis.hpp"

#include <chrono>
#include <string>
#include <vector>

namespace mammo::app {

/// Adds the wall time since it was made, or since the last lap, to a list.
class Stopwatch {
 public:
  explicit Stopwatch(std::vector<StageTime>& times) : times_(times) {}

  void lap(std::string stage) {
    const Clock::time_point now = Clock::now();
    times_.push_back({std::move(stage), std::chrono::duration<double, std::milli>(now - last_).count()});
    last_ = now;
  }

  /// Leaves out the time since.
  void skip() { last_ = Clock::now(); }

 private:
  using Clock = std::chrono::steady_clock;
  std::vector<StageTime>& times_;
  Clock::time_point last_ = Clock::now();
};

} // namespace mammo::app
