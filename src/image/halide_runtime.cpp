#include "image/halide_runtime.hpp"

#include "mammo/core/error.hpp"
#include "mammo/core/isa.hpp"
#include "mammo/core/threads.hpp"

#include <atomic>
#include <string>

#include <HalideRuntime.h>

namespace mammo::image::halide {
namespace {

thread_local std::string last_message;

// Halide's own handler ends the process.
void keep_message(void* /*context*/, const char* message) {
  last_message = message;
}

// Halide's loops run inside the thread budget.
int run_in_budget(void* context, halide_task_t task, int first, int count, std::uint8_t* closure) {
  std::atomic<int> failure = 0;
  parallel_for(first, std::int64_t{first} + count, 1, [&](std::int64_t begin, std::int64_t end) {
    for (std::int64_t i = begin; i < end && failure == 0; ++i) {
      const int code = task(context, static_cast<int>(i), closure);
      if (code != 0) failure = code;
    }
  });
  return failure;
}

bool wants(const std::uint64_t* features, int feature) {
  return (features[feature / 64] >> (feature % 64) & 1) != 0;
}

// Halide asks this once a variant, widest first; mammo::isa() is what CPU, system and MAMMO_MAX_ISA allow.
int allowed_here(int count, const std::uint64_t* features) {
  if (isa() < Isa::avx512 && wants(features, halide_target_feature_avx512)) return 0;
  if (isa() < Isa::avx2 && wants(features, halide_target_feature_avx2)) return 0;
  return halide_default_can_use_target_features(count, features);
}

} // namespace

void prepare() {
  static const bool done = [] {
    halide_set_error_handler(keep_message);
    halide_set_custom_do_par_for(run_in_budget);
    halide_set_custom_can_use_target_features(allowed_here);
    return true;
  }();
  static_cast<void>(done);
}

void check(int code, const char* kernel) {
  require<Error>(code == 0, "Halide kernel ", kernel, " failed with code ", code, ": ", last_message);
}

} // namespace mammo::image::halide
