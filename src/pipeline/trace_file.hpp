#pragma once

#include "mammo/core/file.hpp"

#include <chrono>
#include <cstdint>
#include <filesystem>
#include <mutex>
#include <string>
#include <string_view>

namespace mammo::pipeline::detail {

/// Chrome's trace events, written as they come (the "Trace Event Format" of the Chromium project, JSON object
/// form, complete events). The file appears at the end, whole.
class TraceFile {
 public:
  using Clock = std::chrono::steady_clock;

  /// Throws FileError.
  explicit TraceFile(const std::filesystem::path& path);

  void add(std::string_view stage, std::uint64_t item, int worker, Clock::time_point from,
           Clock::time_point to);
  void commit();

 private:
  void write_out();

  std::mutex mutex_;
  AtomicFile file_;
  std::string text_;
  bool is_first_ = true;
  Clock::time_point start_ = Clock::now();
};

} // namespace mammo::pipeline::detail
