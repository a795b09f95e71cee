#include "bench/kernel_bounds.hpp"

#include "mammo/core/threads.hpp"

#include <algorithm>
#include <array>
#include <chrono>
#include <cstdio>
#include <cstring>

namespace mammo::image {
namespace {

// The best of some, since nothing can be faster: `work(first, last)` on parts of `count`, in all threads.
template <class Work>
double operations_a_millisecond(std::int64_t count, const Work& work) {
  double best = 0;
  for (int round = 0; round < 9; ++round) {
    const double time = milliseconds([&] { parallel_for(0, count, 1, work); });
    best = std::max(best, static_cast<double>(count) / time);
  }
  return best;
}

// Bytes read and written together.
double copied_bytes_a_millisecond(std::int64_t bytes) {
  std::vector<char> from(static_cast<std::size_t>(bytes), 1);
  std::vector<char> to(from.size());
  return 2 * operations_a_millisecond(bytes, [&](std::int64_t first, std::int64_t last) {
           std::memcpy(to.data() + first, from.data() + first, static_cast<std::size_t>(last - first));
         });
}

// 12-bit values around a level that changes slowly, as those of films do.
std::vector<std::uint16_t> codes(std::size_t count) {
  std::vector<std::uint16_t> result(count);
  std::uint32_t state = 1;
  for (std::size_t i = 0; i < count; ++i) {
    state = state * 1664525U + 1013904223U;
    result[i] = static_cast<std::uint16_t>(((i >> 9) + (state >> 25)) & 4095U);
  }
  return result;
}

double increments_a_millisecond() {
  const std::vector<std::uint16_t> values = codes(std::size_t{1} << 22);
  return operations_a_millisecond(1 << 22, [&](std::int64_t first, std::int64_t last) {
    std::array<std::array<std::uint32_t, 4096>, 4> count{};
    for (std::int64_t i = first; i + 4 <= last; i += 4) {
      for (std::size_t k = 0; k < 4; ++k) ++count[k][values[static_cast<std::size_t>(i) + k]];
    }
    volatile std::uint32_t kept = count[0][7] + count[1][7] + count[2][7] + count[3][7];
    static_cast<void>(kept);
  });
}

double lookups_a_millisecond() {
  const std::vector<std::uint16_t> values = codes(std::size_t{1} << 22);
  const std::vector<std::uint64_t> table(4096, 1);
  return operations_a_millisecond(1 << 22, [&](std::int64_t first, std::int64_t last) {
    std::array<std::uint64_t, 256> found{};
    for (std::int64_t i = first; i + 256 <= last; i += 256) {
      for (std::size_t k = 0; k < 256; ++k) found[k] = table[values[static_cast<std::size_t>(i) + k]];
      asm volatile("" : : "r"(found.data()) : "memory"); // so that they are written
    }
  });
}

// Several sums at once, so that none waits for the one before it. Compiled without contraction: a product and
// a sum are two roundings, as in the kernels.
[[gnu::target_clones("avx512f", "avx2", "default")]] float sum_of_products(const float* values,
                                                                           std::int64_t rounds) {
  constexpr int lanes = 256;
  float sums[lanes] = {};
  for (std::int64_t round = 0; round < rounds; ++round) {
    const float weight = values[round % 16];
    for (int i = 0; i < lanes; ++i) sums[i] = sums[i] * weight + values[i];
  }
  float total = 0;
  for (const float sum : sums) total += sum;
  return total;
}

double products_a_millisecond() {
  const std::vector<float> values(256, 0.5F);
  return 256 * operations_a_millisecond(1 << 17, [&](std::int64_t first, std::int64_t last) {
           volatile float kept = sum_of_products(values.data(), last - first);
           static_cast<void>(kept);
         });
}

} // namespace

double milliseconds(const std::function<void()>& work) {
  using Clock = std::chrono::steady_clock;
  const Clock::time_point start = Clock::now();
  work();
  return std::chrono::duration<double, std::milli>(Clock::now() - start).count();
}

double Times::quantile(double q) const {
  std::vector<double> sorted = each;
  std::ranges::sort(sorted);
  return sorted[static_cast<std::size_t>(q * static_cast<double>(sorted.size() - 1))];
}

void measure(const std::vector<Kernel>& kernels, int rounds) {
  const double copied = copied_bytes_a_millisecond(std::int64_t{256} << 20);
  const std::array<double, 4> rates{1, increments_a_millisecond(), lookups_a_millisecond(),
                                    products_a_millisecond()};
  std::printf(
      "in a nanosecond, all threads: %.1f bytes copied, %.2f increments, %.2f lookups, %.1f products\n",
      copied / 1e6, rates[1] / 1e6, rates[2] / 1e6, rates[3] / 1e6);
  std::printf("%-32s %8s %10s %15s %14s\n", "kernel", "best ms", "bytes, ms", "operations, ms",
              "times the bound");
  for (const Kernel& kernel : kernels) {
    Times times;
    for (int round = -2; round < rounds; ++round) {
      const double time = milliseconds(kernel.run);
      if (round >= 0) times.each.push_back(time);
    }
    const double bytes = kernel.bytes / copied;
    const double operations = kernel.operations / rates[static_cast<std::size_t>(kernel.operation)];
    std::printf("%-32s %8.3f %10.3f %15.3f %14.2f\n", kernel.name, times.quantile(0), bytes, operations,
                times.quantile(0) / std::max(bytes, operations));
  }
}

} // namespace mammo::image
