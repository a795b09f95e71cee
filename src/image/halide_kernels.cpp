#include "image/kernels.hpp"
#include "mammo/core/error.hpp"
#include "mammo/core/isa.hpp"
#include "mammo/core/threads.hpp"

#include <algorithm>
#include <atomic>
#include <string>

#include <HalideBuffer.h>
#include <HalideRuntime.h>
#include <mammo_halide_blur.h>
#include <mammo_halide_resize_area.h>

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

void prepare() {
  static const bool done = [] {
    halide_set_error_handler(keep_message);
    halide_set_custom_do_par_for(run_in_budget);
    halide_set_custom_can_use_target_features(allowed_here);
    return true;
  }();
  static_cast<void>(done);
}

// The kernels' loops are made for whole vectors: up to 64 pixels of a row at once.
constexpr std::int64_t narrowest = 64;

void check(int code, const char* kernel) {
  require<Error>(code == 0, "Halide kernel ", kernel, " failed with code ", code, ": ", last_message);
}

// Halide's buffers are not const, but the kernels do not write to their inputs.
template <class T, class... Sizes>
Halide::Runtime::Buffer<T> wrap(const T* data, Sizes... sizes) {
  return Halide::Runtime::Buffer<T>(const_cast<T*>(data), static_cast<int>(sizes)...);
}

} // namespace

void resize_area(const GreyView& in, const AreaTaps& rows, const AreaTaps& columns, std::uint8_t* out) {
  const auto width = static_cast<std::int64_t>(columns.starts.size());
  if (std::min(in.width, width) < narrowest) return plain::resize_area(in, rows, columns, out);
  prepare();
  auto source = wrap(in.pixels, in.width, in.height);
  auto row_start = wrap(rows.starts.data(), rows.starts.size());
  auto row_weight = wrap(rows.weights.data(), rows.taps, rows.starts.size());
  auto column_start = wrap(columns.starts.data(), columns.starts.size());
  auto column_weight = wrap(columns.weights.data(), columns.taps, columns.starts.size());
  auto result = wrap(out, width, rows.starts.size());
  check(mammo_halide_resize_area(source, row_start, row_weight, column_start, column_weight, result),
        "resize_area");
}

void blur(const GreyView& padded, const std::vector<std::uint16_t>& kernel, std::uint8_t* out) {
  const auto margin = static_cast<std::int64_t>(kernel.size()) - 1;
  if (padded.width - margin < narrowest) return plain::blur(padded, kernel, out);
  prepare();
  auto source = wrap(padded.pixels, padded.width, padded.height);
  auto weights = wrap(kernel.data(), kernel.size());
  auto result = wrap(out, padded.width - margin, padded.height - margin);
  check(mammo_halide_blur(source, weights, result), "blur");
}

} // namespace mammo::image::halide
