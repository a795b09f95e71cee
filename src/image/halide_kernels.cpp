#include "image/halide_runtime.hpp"
#include "image/kernels.hpp"

#include <algorithm>

#include <mammo_halide_blur.h>
#include <mammo_halide_resize_area.h>

namespace mammo::image::halide {

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
