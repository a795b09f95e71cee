#pragma once

#include <array>
#include <atomic>
#include <chrono>
#include <cstddef>
#include <cstdint>

namespace mammo::pipeline {

/// Durations as a histogram of constant memory, filled by any number of threads. Buckets grow with the
/// duration: a percentile is at most 1/16 above the true one.
class LatencyHistogram {
 public:
  void add(std::chrono::nanoseconds duration);

  std::uint64_t count() const { return count_.load(std::memory_order_relaxed); }
  std::chrono::nanoseconds total() const { return load(total_); }
  std::chrono::nanoseconds longest() const { return load(longest_); }
  /// The duration that `percent` % (0 to 100) of the calls did not exceed; 0 where there was none.
  std::chrono::nanoseconds percentile(double percent) const;

 private:
  static constexpr int sub_bits = 4; // 16 buckets to each power of two
  static constexpr std::size_t buckets = (64U - sub_bits) << sub_bits;

  static std::size_t bucket_of(std::uint64_t value);
  static std::uint64_t top_of(std::size_t bucket);
  static std::chrono::nanoseconds load(const std::atomic<std::uint64_t>& value) {
    return std::chrono::nanoseconds(static_cast<std::int64_t>(value.load(std::memory_order_relaxed)));
  }

  std::array<std::atomic<std::uint64_t>, buckets> counts_{};
  std::atomic<std::uint64_t> count_ = 0;
  std::atomic<std::uint64_t> total_ = 0;
  std::atomic<std::uint64_t> longest_ = 0;
};

} // namespace mammo::pipeline
