#include "image/chain_kernels.hpp"
#include "image/halide_runtime.hpp"
#include "image/levels_picture.hpp"

#include <algorithm>
#include <vector>

#include <mammo_halide_clahe_sums_u16.h>
#include <mammo_halide_clahe_sums_u8.h>
#include <mammo_halide_clahe_u16.h>
#include <mammo_halide_clahe_u8.h>
#include <mammo_halide_enlarge.h>
#include <mammo_halide_wide_blur.h>

namespace mammo::image::halide {
namespace {

// The kernels' loops are made for whole vectors: up to 64 pixels of a row at once, four to a block's sum.
constexpr std::int64_t narrowest = 256;

// Of `count` places from the first on, where their cells begin.
std::vector<std::int32_t> starts(const std::int32_t* cell, std::int64_t count, std::int32_t first_cell,
                                 std::int64_t step) {
  std::vector<std::int32_t> result(cell, cell + count);
  for (std::int32_t& start : result) start = (start - first_cell) * static_cast<std::int32_t>(step);
  return result;
}

std::int64_t cells_of(const ClaheStrip& strip) {
  const auto first = strip.rows.cell.begin();
  const std::int32_t last_row = *std::max_element(first + strip.first_row, first + strip.last_row);
  return (last_row - strip.first_cell_row + 1) * strip.cells_across * strip.codes_a_cell;
}

// A strip's arguments as Halide takes them.
struct StripBuffers {
  explicit StripBuffers(const ClaheStrip& strip)
      : row_starts(starts(strip.rows.cell.data() + strip.first_row, strip.last_row - strip.first_row,
                          strip.first_cell_row, strip.cells_across * strip.codes_a_cell)),
        column_starts(starts(strip.columns.cell.data(), static_cast<std::int64_t>(strip.columns.cell.size()),
                             0, strip.codes_a_cell)),
        cells(wrap(strip.cells, cells_of(strip))),
        row_source(wrap(strip.rows.source.data() + strip.first_row, strip.last_row - strip.first_row)),
        row_cell(wrap(row_starts.data(), row_starts.size())),
        row_weight(wrap(strip.rows.weight.data() + strip.first_row, strip.last_row - strip.first_row)),
        column_source(wrap(strip.columns.source.data(), strip.columns.source.size())),
        column_cell(wrap(column_starts.data(), column_starts.size())),
        column_weight(wrap(strip.columns.weight.data(), strip.columns.weight.size())) {}

  std::vector<std::int32_t> row_starts;
  std::vector<std::int32_t> column_starts;
  Halide::Runtime::Buffer<std::uint64_t> cells;
  Halide::Runtime::Buffer<std::int32_t> row_source;
  Halide::Runtime::Buffer<std::int32_t> row_cell;
  Halide::Runtime::Buffer<float> row_weight;
  Halide::Runtime::Buffer<std::int32_t> column_source;
  Halide::Runtime::Buffer<std::int32_t> column_cell;
  Halide::Runtime::Buffer<float> column_weight;
};

bool is_narrow(const ClaheStrip& strip) {
  return static_cast<std::int64_t>(strip.columns.source.size()) < narrowest;
}

} // namespace

void clahe(const ClaheStrip& strip, std::uint16_t* out) {
  if (is_narrow(strip)) return plain::clahe(strip, out);
  prepare();
  StripBuffers b(strip);
  auto result = wrap(out, strip.columns.source.size(), strip.last_row - strip.first_row);
  with_pixels(strip.codes, [&]<class T>(const T* codes) {
    auto in = wrap(codes, strip.codes.size(1), strip.codes.size(0));
    const auto kernel = sizeof(T) == 1 ? mammo_halide_clahe_u8 : mammo_halide_clahe_u16;
    check(kernel(in, b.cells, b.row_source, b.row_cell, b.row_weight, b.column_source, b.column_cell,
                 b.column_weight, strip.zero_up_to, result),
          "clahe");
  });
}

void clahe_sums(const ClaheStrip& strip, bool wrapped, std::uint16_t* out) {
  if (is_narrow(strip)) return plain::clahe_sums(strip, wrapped, out);
  prepare();
  StripBuffers b(strip);
  auto result = wrap(out, strip.columns.source.size() / block, strip.last_row - strip.first_row);
  with_pixels(strip.codes, [&]<class T>(const T* codes) {
    auto in = wrap(codes, strip.codes.size(1), strip.codes.size(0));
    const auto kernel = sizeof(T) == 1 ? mammo_halide_clahe_sums_u8 : mammo_halide_clahe_sums_u16;
    check(kernel(in, b.cells, b.row_source, b.row_cell, b.row_weight, b.column_source, b.column_cell,
                 b.column_weight, strip.zero_up_to, wrapped, result),
          "clahe_sums");
  });
}

void wide_blur(const std::uint16_t* sums, const BlurGrid& grid, float* out) {
  if (grid.columns < narrowest) return plain::wide_blur(sums, grid, out);
  prepare();
  const auto margin = static_cast<std::int64_t>(grid.taps.size()) - 1;
  auto source = wrap(sums, grid.columns + margin, block * (grid.rows + margin));
  auto taps = wrap(grid.taps.data(), grid.taps.size());
  auto result = wrap(out, grid.columns, grid.rows);
  check(mammo_halide_wide_blur(source, taps, result), "wide_blur");
}

void enlarge(const float* blurred, const BlurGrid& grid, std::int64_t height, std::int64_t width,
             std::uint8_t* out) {
  if (width < narrowest) return plain::enlarge(blurred, grid, height, width, out);
  prepare();
  auto source = wrap(blurred, grid.columns, grid.rows);
  auto result = wrap(out, width, height);
  check(mammo_halide_enlarge(source, result), "enlarge");
}

} // namespace mammo::image::halide
