// docs/scheduling.md, measured: one blur of 31 x 31 taps on a film of 3062 x 2394 under each schedule.
//
//     bench_scheduling [ROUNDS [THREADS]]
//
// Each result is compared with that of the plain loops. Version 1 takes seconds and runs once.

#include "image/halide_runtime.hpp"
#include "image/kernels.hpp"
#include "mammo/core/isa.hpp"
#include "mammo/core/threads.hpp"

#include <algorithm>
#include <chrono>
#include <cstdint>
#include <cstdio>
#include <string>
#include <string_view>
#include <vector>

#include <mammo_lesson_1.h>
#include <mammo_lesson_2.h>
#include <mammo_lesson_3.h>
#include <mammo_lesson_4.h>
#include <mammo_lesson_5.h>
#if MAMMO_AUTOSCHEDULED
#include <mammo_lesson_Adams2019.h>
#include <mammo_lesson_Mullapudi2016.h>
#endif

namespace mammo::image {
namespace {

constexpr std::int64_t height = 3062;
constexpr std::int64_t width = 2394;
constexpr std::int64_t taps = 31;

using Kernel = int (*)(halide_buffer_t* in, halide_buffer_t* kernel, halide_buffer_t* out);

struct Version {
  const char* name;
  Kernel kernel;
  bool slow = false;
};

const std::vector<Version> versions{
    {"1 nothing said", mammo_lesson_1, true},
    {"2 rows stored", mammo_lesson_2},
    {"3 and in vectors", mammo_lesson_3},
    {"4 and in strips", mammo_lesson_4},
    {"5 and in parallel", mammo_lesson_5},
#if MAMMO_AUTOSCHEDULED
    {"autoscheduler Mullapudi2016", mammo_lesson_Mullapudi2016},
    {"autoscheduler Adams2019", mammo_lesson_Adams2019},
#endif
};

std::vector<std::uint8_t> padded_noise() {
  std::vector<std::uint8_t> pixels(static_cast<std::size_t>((height + taps - 1) * (width + taps - 1)));
  std::uint32_t state = 1;
  for (std::uint8_t& pixel : pixels) {
    state = state * 1664525U + 1013904223U;
    pixel = static_cast<std::uint8_t>(state >> 24);
  }
  return pixels;
}

template <class Work>
double median_time(int rounds, const Work& work) {
  std::vector<double> times;
  for (int round = 0; round < rounds; ++round) {
    const auto start = std::chrono::steady_clock::now();
    work();
    times.push_back(
        std::chrono::duration<double, std::milli>(std::chrono::steady_clock::now() - start).count());
  }
  std::ranges::sort(times);
  return times[times.size() / 2];
}

int run(int argc, char** argv) {
  // scripts/bench hands Google Benchmark's flags to every program.
  std::vector<int> numbers;
  for (int i = 1; i < argc; ++i) {
    if (!std::string_view(argv[i]).starts_with("--")) numbers.push_back(std::stoi(argv[i]));
  }
  const int rounds = numbers.empty() ? 11 : numbers[0];
  set_thread_budget(numbers.size() > 1 ? numbers[1] : 2);
  halide::prepare();

  const std::vector<std::uint8_t> in = padded_noise();
  std::vector<std::uint16_t> kernel(taps, 256 / taps);
  kernel[taps / 2] = static_cast<std::uint16_t>(256 - 256 / taps * (taps - 1));
  std::vector<std::uint8_t> expected(static_cast<std::size_t>(height * width));
  const GreyView padded{in.data(), height + taps - 1, width + taps - 1};
  const double plain = median_time(3, [&] { plain::blur(padded, kernel, expected.data()); });

  std::printf("%lld x %lld, %lld taps, %d threads, %s\n", static_cast<long long>(height),
              static_cast<long long>(width), static_cast<long long>(taps), thread_count(),
              std::string(name(isa())).c_str());
  std::printf("%-30s %10s %14s\n", "version", "ms", "GMAC/s");
  const double work = 2.0 * taps * static_cast<double>(height * width) / 1e6; // what two passes need
  const auto print = [&](const char* name, double time) {
    std::printf("%-30s %10.2f %14.2f\n", name, time, work / time);
  };
  print("plain C++ loops", plain);
  bool all_equal = true;
  for (const Version& version : versions) {
    std::vector<std::uint8_t> out(expected.size());
    auto source = halide::wrap(in.data(), width + taps - 1, height + taps - 1);
    auto weights = halide::wrap(kernel.data(), taps);
    auto result = halide::wrap(out.data(), width, height);
    const auto run = [&] { halide::check(version.kernel(source, weights, result), version.name); };
    if (!version.slow) run();
    print(version.name, median_time(version.slow ? 1 : rounds, run));
    if (out == expected) continue;
    std::printf("%s: another result than the plain loops'\n", version.name);
    all_equal = false;
  }
  return all_equal ? 0 : 1;
}

} // namespace
} // namespace mammo::image

int main(int argc, char** argv) {
  return mammo::image::run(argc, argv);
}
