#include "image/chain_kernels.hpp"
#include "image/halide_runtime.hpp"
#include "image/levels_picture.hpp"

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

// Of each column, where its cell begins.
std::vector<std::int32_t> starts_of(const ClaheStrip& strip) {
  std::vector<std::int32_t> starts = strip.columns.cell;
  for (std::int32_t& cell : starts) cell *= static_cast<std::int32_t>(strip.codes_a_cell);
  return starts;
}

// A strip's arguments as Halide takes them.
struct StripBuffers {
  explicit StripBuffers(const ClaheStrip& strip)
      : cell_starts(starts_of(strip)),
        cells(wrap(strip.cells, strip.codes_a_cell * strip.cells_across)),
        row_source(wrap(strip.rows.source.data() + strip.first_row, strip.last_row - strip.first_row)),
        row_weight(wrap(strip.rows.weight.data() + strip.first_row, strip.last_row - strip.first_row)),
        column_source(wrap(strip.columns.source.data(), strip.columns.source.size())),
        column_cell(wrap(cell_starts.data(), cell_starts.size())),
        column_weight(wrap(strip.columns.weight.data(), strip.columns.weight.size())) {}

  std::vector<std::int32_t> cell_starts;
  Halide::Runtime::Buffer<std::uint64_t> cells;
  Halide::Runtime::Buffer<std::int32_t> row_source;
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
    check(kernel(in, b.cells, b.row_source, b.row_weight, b.column_source, b.column_cell, b.column_weight,
                 strip.zero_up_to, result),
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
    check(kernel(in, b.cells, b.row_source, b.row_weight, b.column_source, b.column_cell, b.column_weight,
                 strip.zero_up_to, wrapped, result),
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
