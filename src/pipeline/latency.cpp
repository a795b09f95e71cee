#include "mammo/pipeline/latency.hpp"

#include <algorithm>
#include <bit>
#include <cmath>

namespace mammo::pipeline {

std::size_t LatencyHistogram::bucket_of(std::uint64_t value) {
  constexpr std::uint64_t linear = std::uint64_t{1} << sub_bits;
  if (value < linear) return static_cast<std::size_t>(value);
  const int shift = std::bit_width(value) - 1 - sub_bits;
  const std::uint64_t sub = (value >> static_cast<unsigned>(shift)) - linear;
  const std::uint64_t bucket = (static_cast<std::uint64_t>(shift) + 1) * linear + sub;
  return std::min<std::size_t>(static_cast<std::size_t>(bucket), buckets - 1);
}

std::uint64_t LatencyHistogram::top_of(std::size_t bucket) {
  constexpr std::size_t linear = std::size_t{1} << sub_bits;
  if (bucket < linear) return bucket;
  const std::size_t shift = bucket / linear - 1;
  const std::uint64_t sub = bucket % linear;
  return ((linear + sub + 1) << shift) - 1;
}

void LatencyHistogram::add(std::chrono::nanoseconds duration) {
  const auto value = static_cast<std::uint64_t>(std::max<std::int64_t>(duration.count(), 0));
  counts_[bucket_of(value)].fetch_add(1, std::memory_order_relaxed);
  count_.fetch_add(1, std::memory_order_relaxed);
  total_.fetch_add(value, std::memory_order_relaxed);
  std::uint64_t longest = longest_.load(std::memory_order_relaxed);
  while (value > longest && !longest_.compare_exchange_weak(longest, value, std::memory_order_relaxed)) {
  }
}

std::chrono::nanoseconds LatencyHistogram::percentile(double percent) const {
  const std::uint64_t all = count();
  if (all == 0) return std::chrono::nanoseconds{0};
  const double share = std::clamp(percent, 0.0, 100.0) / 100;
  const auto rank =
      std::max<std::uint64_t>(1, static_cast<std::uint64_t>(std::ceil(share * static_cast<double>(all))));
  std::uint64_t below = 0;
  for (std::size_t bucket = 0; bucket < buckets; ++bucket) {
    below += counts_[bucket].load(std::memory_order_relaxed);
    if (below >= rank) {
      return std::min(std::chrono::nanoseconds(static_cast<std::int64_t>(top_of(bucket))), longest());
    }
  }
  return longest();
}

} // namespace mammo::pipeline
